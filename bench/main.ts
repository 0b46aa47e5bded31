import { readOptions } from './options';
import type { Recording } from './recording';
import { roundText, summary } from './report';
import { measureRound, type Round } from './round';
import { startWorld } from './world';

/** Measures, prints, and ends everything that it started. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const { guests, nodes, repeat, netbox, netboxVersion, netboxCostMs, bareLanes } = options;
  const which =
    netbox.kind === 'real' ? `NetBox at ${netbox.url}` : `simulated NetBox ${netboxVersion}, ${netboxCostMs} ms per object`;
  const say = options.json ? () => {} : (line: string): void => void process.stdout.write(`${line}\n`);
  say(`${guests} guests on ${nodes} nodes; ${which}; bare lanes: ${bareLanes}`);

  const world = await startWorld(options);
  try {
    const rounds: Round[] = [];
    let known: Recording | undefined;
    for (let n = 1; n <= repeat; n++) {
      // The order alternates, so that neither side gains from what changes over time.
      const { round, recording } = await measureRound(world, options, n % 2 === 0 ? known : undefined);
      known = recording;
      rounds.push(round);
      say(`\nround ${n} of ${repeat}\n${roundText(round, options.timeline)}`);
    }
    const { ratios, ...rest } = summary(rounds);
    if (options.json)
      process.stdout.write(`${JSON.stringify({ guests, nodes, which, bareLanes, rounds, summary: { ratios, ...rest } })}\n`);
    say(
      `\nmedian of ${repeat}: first sync ${ratios.first.toFixed(2)} × the bare loader, second sync ${ratios.second.toFixed(2)} × the bare reader`,
    );
  } finally {
    await world.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
