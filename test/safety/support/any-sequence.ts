import fc from 'fast-check';
import type { DeletionLab } from '../../workflows/deletion/support/deletion-lab';
import type { DeletionLane } from './deletion-lane';
import { sequences } from './deletion-steps';

const mostSteps = 8;

/** Sequences side by side on lanes, each of which has an endpoint and people of its own. Fast-check prints the seed and the path of one that fails. */
export async function tryAnySequence(lab: DeletionLab, lanes: readonly DeletionLane[], inAll: number): Promise<string[]> {
  const asserted = lanes.map(lane =>
    fc.assert(
      fc.asyncProperty(sequences(mostSteps), steps => lane.run(steps)),
      // Each try takes a guest of its own: a sequence that fails is told as it is.
      { numRuns: Math.ceil(inAll / lanes.length), endOnFailure: true },
    ),
  );
  for (const each of await Promise.allSettled(asserted)) if (each.status === 'rejected') throw each.reason;

  // Said by the rows themselves: what was sent had an approval of its round, by somebody who had not asked for it.
  const { rows } = await lab.world.database.pool.query(
    `select id from deletion_request r where sent_at is not null and not exists (
       select from deletion_decision d join deletion_code c on c.decision_id = d.id
        where d.request_id = r.id and d.round = r.round and d.verdict = 'approve' and c.used_at <= r.sent_at
          and not exists (select from deletion_requester q where q.request_id = r.id and q.user_id = d.user_id))`,
  );
  expect(rows).toEqual([]);
  expect(await lab.world.api('GET', '/audit/verify')).toMatchObject({ intact: true });
  return lanes.flatMap(({ ends }) => ends);
}
