import fc from 'fast-check';
import type { DeletionLab } from '../../workflows/deletion/support/deletion-lab';
import { DeletionLane } from './deletion-lane';
import { sequences } from './deletion-steps';
import { Merges } from './merges';
import { Turnstile } from './turnstile';

const mostSteps = 8;
/** How often a sequence that failed is tried with fewer steps. */
const mostShrinks = 40;

/**
 * Sequences side by side on lanes. The first that fails ends the others, and is tried with fewer and fewer steps: fast-check prints its seed, its path,
 * and what is left of it. @returns how requests ended
 */
export async function tryAnySequence(lab: DeletionLab, side: number, inAll: number): Promise<string[]> {
  const turnstile = new Turnstile<DeletionLane>();
  const merges = await Merges.start(lab);
  const lanes = await Promise.all(Array.from({ length: side }, (_, n) => DeletionLane.open(lab, `lane-${n}`, turnstile, merges)));
  let failing: DeletionLane | undefined;
  let tries = 0;
  const asserted = lanes.map(lane => {
    const property = fc.asyncProperty(sequences(mostSteps), async steps => {
      if (failing !== undefined && (failing !== lane || tries++ > mostShrinks)) return;
      await lane.run(steps).catch((error: unknown) => {
        failing ??= lane;
        if (failing === lane) throw error;
      });
    });
    return fc.assert(property, { numRuns: Math.ceil(inAll / lanes.length) });
  });
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
