import type { Queryable } from './queryable';

type WithoutDb<F> = F extends (db: Queryable, ...args: infer A) => infer R ? (...args: A) => R : never;

/** Functions of repositories, each bound to a connection. */
export type Bound<Repositories> = { readonly [Name in keyof Repositories]: WithoutDb<Repositories[Name]> };

export function bind<Repositories extends Readonly<Record<string, unknown>>>(
  repositories: Repositories,
  db: Queryable,
): Bound<Repositories> {
  const bound = Object.entries(repositories).map(([name, run]) => [
    name,
    (...args: unknown[]) => (run as (db: Queryable, ...rest: unknown[]) => unknown)(db, ...args),
  ]);
  return Object.fromEntries(bound) as Bound<Repositories>;
}
