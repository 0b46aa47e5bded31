import type { ReflectionStore } from '../../database/reflection-store';
import type { ChangeTally } from '../../database/repositories/changes';
import type { Tell } from './tell';

type Store = Pick<ReflectionStore, 'tallyChanges'>;

/** What a plan would do, in Proxbox's five numbers. */
export async function tellPlan(store: Store, tell: Tell, runId: string): Promise<void> {
  const planned = totalsOf(await store.tallyChanges(runId), () => true);
  const message = `To create: ${planned.created}, to change: ${planned.updated}, to delete: ${planned.deleted}.`;
  await tell.summary('plan', message, planned);
  await tell.completed('plan', message, { count: planned.created + planned.updated + planned.deleted });
}

/** What became of it; of a run that wrote nothing, nothing is told. */
export async function tellApplied(store: Store, tell: Tell, runId: string): Promise<void> {
  const tally = await store.tallyChanges(runId);
  if (tally.length === 0) return;
  const of = (state: string): number => tally.reduce((sum, row) => (row.state === state ? sum + row.n : sum), 0);
  const done = { ...totalsOf(tally, ({ state }) => state === 'done'), failed: of('refused'), skipped: of('skipped') };
  const message = `Created ${done.created}, changed ${done.updated}, deleted ${done.deleted}; ${done.failed} refused.`;
  await tell.summary('apply', message, done);
  await tell.completed('apply', message, { count: done.created + done.updated + done.deleted });
}

function totalsOf(tally: ChangeTally[], counts: (row: ChangeTally) => boolean) {
  const of = (action: ChangeTally['action']): number =>
    tally.reduce((sum, row) => (row.action === action && counts(row) ? sum + row.n : sum), 0);
  return { created: of('create'), updated: of('update'), deleted: of('delete'), failed: 0, skipped: 0 };
}
