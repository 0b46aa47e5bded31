import { type ProblemCode, problemKinds } from '../errors';
import { header } from './components';
import type { Reference, ResponseObject } from './document-types';
import { problemSchema } from './problem-schema';
import type { SchemaBook } from './schema-book';

/** Describes the answers that are problems, each set of codes once. */
export class ProblemBook {
  readonly #named = new Map<string, ResponseObject>();

  constructor(private readonly book: SchemaBook) {}

  /** A reference to the answer of a status with one of these codes. */
  of(status: number, codes: readonly ProblemCode[]): Reference {
    const name = [...codes].sort().map(pascalCase).join('Or');
    this.#named.set(name, this.describe(status, codes));
    return { $ref: `#/components/responses/${name}` };
  }

  describe(status: number, codes: readonly ProblemCode[]): ResponseObject {
    const schema = { allOf: [this.book.of(problemSchema, 'output'), { properties: { code: { enum: [...codes] } } }] };
    const waiting = status === 429 || status === 503;
    return {
      description: codes.map(code => `${problemKinds[code].title} (\`${code}\`).`).join(' '),
      headers: {
        'X-Request-Id': header('X-Request-Id'),
        ...(waiting && { 'Retry-After': header('Retry-After') }),
        ...(status === 429 && { RateLimit: header('RateLimit') }),
      },
      content: { 'application/problem+json': { schema } },
    };
  }

  /** All that were referred to, by name. */
  named(): Record<string, ResponseObject> {
    return Object.fromEntries([...this.#named].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

const pascalCase = (code: string): string => code.replaceAll(/(?:^|-)(\w)/g, (_all, letter: string) => letter.toUpperCase());
