import { checkFormat, FormatError } from './formats';
import { namedPropertyStrings } from './named-property-strings';
import { parsePropertyString, type PropertyMap } from './property-string';
import { propertyStrings, type MethodSchema, type ParameterSchema, type PropertyStringSchema } from './method-schema';

/** Problems by parameter. */
export type ParameterErrors = Map<string, string>;

const UNKNOWN = 'property is not defined in schema and the schema does not allow additional properties';

/** What Proxmox VE 9.2 answers to parameters that its schema refuses; empty when all is well. */
export function validateParameters(params: Map<string, unknown>, method: MethodSchema): ParameterErrors {
  const errors: ParameterErrors = new Map();
  for (const [key, value] of params) {
    const schema = method.parameters.get(key);
    if (schema === undefined) errors.set(key, UNKNOWN);
    else checkValue(key, value, schema, errors);
  }
  for (const [key, schema] of method.parameters) {
    if (!params.has(key)) checkValue(key, undefined, schema, errors);
  }
  return errors;
}

/** Checks one value and adds what is wrong with it to `errors`, in Proxmox's order and words. */
export function checkValue(path: string, value: unknown, schema: ParameterSchema, errors: ParameterErrors): void {
  if (value === undefined || value === null) {
    if (value === undefined && schema.optional !== 1 && schema.alias === undefined) {
      errors.set(path, 'property is missing and it is not optional');
    }
    return;
  }
  const text = typeof value === 'object' ? undefined : String(value);
  if (text === undefined || !hasType(schema.type, text)) {
    const got = text === undefined ? 'HASH' : `'${text}'`;
    errors.set(path, `type check ('${schema.type ?? 'string'}') failed - got ${got}`);
    return;
  }
  const problem = problemOf(text, schema, path);
  if (problem !== undefined) errors.set(path, problem);
}

function hasType(type: string | undefined, text: string): boolean {
  switch (type) {
    case 'integer':
      return /^[+-]?\d+$/.test(text);
    case 'number':
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text);
    case 'boolean':
      return text === '0' || text === '1';
    default:
      return true;
  }
}

function problemOf(text: string, schema: ParameterSchema, path: string): string | undefined {
  try {
    const grammar = grammarOf(schema);
    if (grammar !== undefined) checkPropertyString(text, grammar, path);
    else if (schema.format !== undefined) checkFormat(schema.format, text);
  } catch (error) {
    if (error instanceof FormatError) return `invalid format - ${error.message}\n`;
    throw error;
  }
  if (schema.pattern !== undefined && !patternOf(schema.pattern).test(text)) return 'value does not match the regex pattern';
  // Lengths are counted in characters, not in UTF-16 units or bytes (Proxmox VE 9.2, measured).
  if (schema.maxLength !== undefined && text.length > schema.maxLength && [...text].length > schema.maxLength) {
    return `value may only be ${schema.maxLength} characters long`;
  }
  if (schema.minLength !== undefined && text.length < schema.minLength)
    return `value must be at least ${schema.minLength} characters long`;
  if (schema.type === 'integer' || schema.type === 'number') {
    if (schema.maximum !== undefined && Number(text) > schema.maximum)
      return `value must have a maximum value of ${schema.maximum}`;
    if (schema.minimum !== undefined && Number(text) < schema.minimum)
      return `value must have a minimum value of ${schema.minimum}`;
  }
  if (schema.enum !== undefined && !schema.enum.some(item => String(item) === text)) {
    return `value '${text}' does not have a value in the enumeration '${schema.enum.join(', ')}'`;
  }
  return undefined;
}

/** The grammar of a parameter that is a property string. */
export function grammarOf(schema: ParameterSchema): PropertyStringSchema | undefined {
  if (schema.properties !== undefined) return propertyStrings[schema.properties];
  return schema.format === undefined ? undefined : namedPropertyStrings[schema.format];
}

/**
 * Parses and checks `text` against its grammar.
 *
 * @param path what stands before the key in error texts, for example `net0`
 * @throws FormatError with Proxmox's text
 */
export function checkPropertyString(text: string, schema: PropertyStringSchema, path: string): PropertyMap {
  const parsed = parsePropertyString(text, schema);
  const errors: ParameterErrors = new Map();
  const prefix = path === '' ? '' : `${path}.`;
  for (const key of parsed.keys()) {
    if (schema[key] === undefined) {
      errors.set(`${prefix}${key}`, 'property is not defined in schema and the schema does not allow additional properties');
    }
  }
  for (const [key, item] of Object.entries(schema)) {
    if (item.alias !== undefined) continue;
    const value = parsed.get(key);
    checkValue(`${prefix}${key}`, value, item, errors);
    if (value !== undefined && item.requires !== undefined && !parsed.has(item.requires)) {
      errors.set(`${prefix}${item.requires}`, `missing property required by '${prefix}${key}'`);
    }
  }
  if (errors.size > 0) {
    const lines = [...errors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, problem]) => `${key}: ${problem}`);
    throw new FormatError(`format error\n${lines.join('\n')}`);
  }
  return parsed;
}

const patterns = new Map<string, RegExp>();

/** Translates the Perl group prefix `(?^i:` and anchors the pattern, as Proxmox does. */
function patternOf(source: string): RegExp {
  let pattern = patterns.get(source);
  if (pattern === undefined) {
    const ignoreCase = source.includes('(?^i:');
    pattern = new RegExp(`^(?:${source.replace(/\(\?\^[a-z]*:/g, '(?:')})$`, ignoreCase ? 'i' : '');
    patterns.set(source, pattern);
  }
  return pattern;
}
