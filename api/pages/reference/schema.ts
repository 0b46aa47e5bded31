import type { JsonSchema } from '../../openapi/document-types';
import { type Children, h, type Html } from '../html/h';
import { link, row, table } from '../html/parts';
import { prose } from './prose';

/** One value of a schema, however deep it stands. */
interface Field {
  name: string;
  required: boolean;
  schema: JsonSchema;
}

const REFERENCE = '#/components/schemas/';

export const anchorOf = (name: string): string => `schema-${name}`;

/** Every value of an object, one a line; what stands within another is named by its path. Of anything else, its type. */
export function schemaTable(caption: string, schema: JsonSchema): Html {
  const fields = fieldsOf(schema, '');
  if (fields.length === 0)
    return h('p', null, typeOf(schema), schema.description !== undefined && ': ', prose(schema.description ?? ''));
  return table(
    `Values of ${caption}`,
    ['Value', 'Type', 'Meaning'],
    fields.map(({ name, required, schema: own }) =>
      row([h('code', null, name), required && h('small', { class: 'required' }, ' required')], typeOf(own), meaningOf(own)),
    ),
  );
}

/** What a value may be, in a few words. */
export const typeOf = (schema: JsonSchema): Children => joined([...typesOf(schema).values()], ' or ');

/** Everything that a value may be, each by what it is called. */
function typesOf(schema: JsonSchema): Map<string, Children> {
  const one = (name: string, shown: Children = name): Map<string, Children> => new Map([[name, shown]]);
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace(REFERENCE, '');
    return one(name, link(`#${anchorOf(name)}`, name));
  }
  const options = (schema.anyOf ?? schema.oneOf ?? schema.allOf?.slice(0, 1)) as JsonSchema[] | undefined;
  if (options !== undefined) return new Map(options.flatMap(option => [...typesOf(option)]));
  const values = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (values !== undefined) return new Map(values.map(value => [JSON.stringify(value), h('code', null, JSON.stringify(value))]));
  if (schema.type === 'array') return one('list', ['list of ', typeOf(itemsOf(schema))]);
  const types: unknown = schema.type;
  if (Array.isArray(types)) return new Map(types.map(type => [String(type), String(type)]));
  return one(schema.format ?? (typeof types === 'string' ? types : 'anything'));
}

export function meaningOf(schema: JsonSchema): Children {
  const limits = [
    schema.minLength !== undefined && schema.minLength > 1 && `at least ${schema.minLength} characters`,
    schema.maxLength !== undefined && `at most ${schema.maxLength} characters`,
    schema.minimum !== undefined && `from ${schema.minimum}`,
    schema.maximum !== undefined && `up to ${schema.maximum}`,
    schema.minItems !== undefined && `at least ${schema.minItems}`,
    schema.maxItems !== undefined && `at most ${schema.maxItems}`,
    schema.default !== undefined && `${JSON.stringify(schema.default)} unless given`,
  ].filter(limit => limit !== false);
  return [...prose(schema.description ?? ''), limits.length > 0 && h('small', { class: 'hint' }, ` ${limits.join(', ')}`)];
}

function fieldsOf(schema: JsonSchema, prefix: string): Field[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, property]): Field[] => {
    const name = `${prefix}${key}`;
    const value = property as JsonSchema;
    return [{ name, required: schema.required?.includes(key) === true, schema: value }, ...fieldsOf(value, `${name}.`)];
  });
  const options = (schema.anyOf ?? schema.oneOf ?? []) as JsonSchema[];
  const inner = schema.type === 'array' ? fieldsOf(itemsOf(schema), `${prefix.replace(/\.$/, '')}[].`) : [];
  return [...own, ...inner, ...together(options.map(option => fieldsOf(option, prefix)))];
}

/** What several shapes have under one name is shown once; what only some of them have is not required. */
function together(shapes: readonly (readonly Field[])[]): Field[] {
  const byName = new Map<string, Field>();
  for (const field of shapes.flat()) {
    const known = byName.get(field.name);
    byName.set(field.name, known === undefined ? field : { ...known, schema: eitherOf(known.schema, field.schema) });
  }
  const full = shapes.filter(fields => fields.length > 0);
  const inEach = (name: string): boolean => full.every(fields => fields.some(field => field.name === name));
  return [...byName.values()].map(field => ({ ...field, required: field.required && inEach(field.name) }));
}

const eitherOf = (one: JsonSchema, other: JsonSchema): JsonSchema => {
  const { description = other.description } = one;
  return { ...(description !== undefined && { description }), anyOf: [one, other] };
};

const itemsOf = ({ items }: JsonSchema): JsonSchema =>
  typeof items === 'object' && !Array.isArray(items) ? (items as JsonSchema) : {};

const joined = (parts: Children[], between: string): Children =>
  parts.flatMap((part, index) => (index === 0 ? [part] : [between, part]));
