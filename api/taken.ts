import { Problem, type ProblemCode } from './errors';

/** By the name of a constraint of the database: how to answer, the JSON pointer to what it is about (empty for none), and what to say. */
export type Taken = Readonly<Record<string, readonly [code: ProblemCode, pointer: string, detail: string]>>;

/** Turns the violation of a constraint into an answer; throws every other error on. Of two who try at once, the database refuses one. */
export const refuseTaken =
  (taken: Taken) =>
  (error: unknown): never => {
    const constraint: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'constraint') : undefined;
    const answer = typeof constraint === 'string' ? taken[constraint] : undefined;
    if (answer === undefined) throw error;
    const [code, pointer, detail] = answer;
    throw new Problem(code, detail, pointer === '' ? {} : { errors: [{ pointer, detail }] });
  };
