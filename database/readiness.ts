import { migrationProblem } from './migrate';
import type { Queryable } from './queryable';

/** Whether the database answers and has this release's tables, as a readiness check. */
export const databaseCheck = (db: Queryable) => ({
  part: 'database',
  problem: () => migrationProblem(db),
  unanswered: 'PostgreSQL does not answer.',
});
