import { createInterface } from 'node:readline/promises';
import { DemoError } from './options';
import type { Screen } from './screen';
import { follow, type FinishedSync, type SyncParts } from './sync';
import { describePlan } from './tables';

/** Reasons for which a plan waits and a person's yes is all that it takes. */
const WAITS_FOR_YES = ['first-run-review', 'change-limit'];

/**
 * Where plans wait for a person, because NetBox held VMs before: shows what they would do, and has them written when the person agrees. On a
 * terminal the person is asked; elsewhere `--write` was the answer.
 * @throws DemoError when the person does not agree, or agreeing is not enough.
 */
export async function confirmWaiting(parts: SyncParts, sync: FinishedSync, ask: boolean): Promise<FinishedSync> {
  const { api, screen, stop } = parts;
  const waiting = sync.endpoints.filter(run => run.state === 'awaiting_confirmation');
  if (waiting.length === 0) return sync;

  for (const run of waiting) screen.say(describePlan(run));
  const beyond = waiting.find(run => !WAITS_FOR_YES.includes(run.reason ?? ''));
  if (beyond !== undefined) throw new DemoError(beyond.message ?? 'The plan waits for a person.');
  if (ask && !(await agrees(screen, stop))) throw new DemoError('Nothing was written.');

  const finished = sync.endpoints.filter(run => run.state !== 'awaiting_confirmation');
  let { seconds } = sync;
  let last = sync;
  for (const run of waiting) {
    last = await follow(parts, await api.confirm(run));
    finished.push(...last.endpoints);
    seconds += last.seconds;
  }
  return { run: last.run, endpoints: finished, seconds };
}

async function agrees(screen: Screen, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test(await lines.question(screen.bold('Write this into NetBox? [y/N] '), { signal }));
  } finally {
    lines.close();
  }
}
