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
export function typeOf(schema: JsonSchema): Children {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace(REFERENCE, '');
    return link(`#${anchorOf(name)}`, name);
  }
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined)
    return joined(
      options.map(option => typeOf(option as JsonSchema)),
      ' or ',
    );
  if (schema.allOf !== undefined) return typeOf(schema.allOf[0] as JsonSchema);
  if (schema.const !== undefined) return h('code', null, JSON.stringify(schema.const));
  if (schema.enum !== undefined)
    return joined(
      schema.enum.map(value => h('code', null, String(value))),
      ' ',
    );
  if (schema.type === 'array') return ['list of ', typeOf(itemsOf(schema))];
  return schema.format ?? (typeof schema.type === 'string' ? schema.type : 'anything');
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
  return [...own, ...inner, ...distinct(options.flatMap(option => fieldsOf(option, prefix)))];
}

/** Of several shapes, what they share is said once. */
const distinct = (fields: Field[]): Field[] => [
  ...new Map(fields.map(field => [field.name + JSON.stringify(field.schema), field])).values(),
];

const itemsOf = ({ items }: JsonSchema): JsonSchema =>
  typeof items === 'object' && !Array.isArray(items) ? (items as JsonSchema) : {};

const joined = (parts: Children[], between: string): Children =>
  parts.flatMap((part, index) => (index === 0 ? [part] : [between, part]));
