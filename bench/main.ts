import { endWith, fail } from '../config/host/fail';
import { Opened } from '../config/host/opened';
import { aborted, stopSignal } from '../scripts/stop-signal';
import { readOptions, type BenchOptions } from './options';
import type { Recording } from './recording';
import { roundText, summary } from './report';
import { measureRound, type Round } from './round';
import { startWorld } from './world';

/** Measures and prints, and ends everything that it started, also when it is interrupted. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const opened = new Opened();
  try {
    await Promise.race([bench(options, opened), aborted(stopSignal())]);
  } finally {
    endWith(await opened.close());
  }
}

async function bench(options: BenchOptions, opened: Opened): Promise<void> {
  const { guests, nodes, repeat, netbox, netboxVersion, netboxCostMs, bareLanes } = options;
  const which =
    netbox.kind === 'real' ? `NetBox at ${netbox.url}` : `simulated NetBox ${netboxVersion}, ${netboxCostMs} ms per object`;
  const say = options.json ? () => {} : (line: string): void => void process.stdout.write(`${line}\n`);
  say(`${guests} guests on ${nodes} nodes; ${which}; bare lanes: ${bareLanes}`);

  const world = await startWorld(options, opened);
  const rounds: Round[] = [];
  let known: Recording | undefined;
  for (let n = 1; n <= repeat; n++) {
    // The order alternates, so that neither side gains from what changes over time.
    const { round, recording } = await measureRound(world, options, n % 2 === 0 ? known : undefined, opened);
    known = recording;
    rounds.push(round);
    say(`\nround ${n} of ${repeat}\n${roundText(round, options.timeline)}`);
  }
  const result = summary(rounds);
  if (options.json) process.stdout.write(`${JSON.stringify({ guests, nodes, which, bareLanes, rounds, summary: result })}\n`);
  const { first, second } = result.ratios;
  say(
    `\nmedian of ${repeat}: first sync ${first.toFixed(2)} × the bare loader, second sync ${second.toFixed(2)} × the bare reader`,
  );
}

main().catch(fail);
