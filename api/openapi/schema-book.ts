import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { JsonSchema } from './document-types';

/** A value as it is sent to us, or as we answer it: defaults and conversions make the difference. */
export type Direction = 'input' | 'output';

/** Turns zod's schemas into JSON Schema, and collects those that have a name (`.meta({ id })`), which are referred to. */
export class SchemaBook {
  readonly #named = new Map<string, JsonSchema>();

  of(schema: z.ZodType, io: Direction): JsonSchema {
    // Only a schema within another one is replaced by a reference.
    const { prefixItems, $defs = {} } = z.toJSONSchema(z.tuple([schema]), { io, override: ({ jsonSchema }) => tidy(jsonSchema) });
    for (const [name, named] of Object.entries($defs)) this.#name(name, pointToComponents(named));
    const [own] = prefixItems ?? [];
    if (typeof own !== 'object') throw new Error('A tuple of one schema became a list of none.');
    return pointToComponents(own);
  }

  /** The named ones, by name. */
  named(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#named].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  #name(name: string, schema: JsonSchema): void {
    const known = this.#named.get(name);
    if (known !== undefined && !isDeepStrictEqual(known, schema)) {
      throw new Error(
        `Two schemas are named ${name}: give the one that is sent and the one that is answered names of their own.`,
      );
    }
    this.#named.set(name, schema);
  }
}

const formats = ['uuid', 'date-time', 'email'];

/** Leaves out what says nothing to people: the pattern of a format, the limits of JavaScript's numbers, that keys are strings. */
function tidy(schema: JsonSchema): void {
  if (schema.format !== undefined && formats.includes(schema.format)) delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  delete schema.propertyNames;
}

function pointToComponents<T>(schema: T): T {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as T;
}
