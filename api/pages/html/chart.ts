import type { RunSummaryView } from '../../runs/schema';
import { h, type Html } from './h';
import { countOf, runTime } from './run-row';
import { stateWord } from './state';
import { counted, duration } from './words';

const WIDTH = 300;
const HEIGHT = 110;
const TOP = 12;
const GAP = 2;
/** Few runs do not become broad bars. */
const ROOM_FOR = 12;

/** How long the last runs took, and what they wrote: two pictures side by side, each with a bar for a run, from the oldest to the newest. */
export function runChart(runs: readonly RunSummaryView[]): Html | null {
  const ended = runs.filter(({ startedAt, finishedAt }) => startedAt !== null && finishedAt !== null).toReversed();
  if (ended.length < 2) return null;
  return h(
    'figure',
    { class: 'chart pair' },
    picture('How long they took', ended.map(timeOf), duration),
    picture('What they wrote', ended.map(writesOf), total => counted(total, 'object')),
    h(
      'figcaption',
      { class: 'legend hint' },
      h('span', null, 'Oldest on the left.'),
      ...writes.map(([, tone, words]) => h('span', { class: `key ${tone}` }, words)),
    ),
  );
}

/** One run in a picture: pieces that stand on each other. */
interface Bar {
  run: RunSummaryView;
  pieces: readonly { size: number; tone: string }[];
}

const timeOf = (run: RunSummaryView): Bar => ({ run, pieces: [{ size: runTime(run) ?? 0, tone: `bar-${run.state}` }] });

const writes = [
  ['created', 'write-created', 'created'],
  ['updated', 'write-updated', 'changed'],
  ['deleted', 'write-deleted', 'deleted'],
] as const;

const writesOf = (run: RunSummaryView): Bar => ({
  run,
  pieces: writes.map(([name, tone]) => ({ size: countOf(run.counts, name) ?? 0, tone })),
});

const sizeOf = ({ pieces }: Bar): number => pieces.reduce((sum, { size }) => sum + size, 0);

function picture(title: string, bars: readonly Bar[], inWords: (size: number) => string): Html {
  const largest = Math.max(...bars.map(sizeOf));
  const last = bars.at(-1);
  const said = `${title}, over the last ${bars.length} runs: at most ${inWords(largest)}, the last one ${inWords(last ? sizeOf(last) : 0)}.`;
  const step = WIDTH / Math.max(bars.length, ROOM_FOR);
  return h(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'group', 'aria-label': said },
    h('text', { x: 0, y: 8, class: 'label' }, title),
    h('text', { x: WIDTH, y: 8, class: 'label', 'text-anchor': 'end' }, `up to ${inWords(largest)}`),
    h('line', { x1: 0, x2: WIDTH, y1: TOP, y2: TOP, class: 'axis' }),
    h('line', { x1: 0, x2: WIDTH, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5, class: 'axis' }),
    ...bars.map((bar, index) => barOf(bar, index * step, step - GAP, largest, inWords)),
  );
}

function barOf(bar: Bar, x: number, width: number, largest: number, inWords: (size: number) => string): Html {
  const { run, pieces } = bar;
  let y = HEIGHT - 1;
  const rects = pieces
    .filter(({ size }) => size > 0)
    .map(({ size, tone }) => {
      const height = Math.max(1.5, (size / largest) * (HEIGHT - TOP - 2));
      y -= height;
      return h('rect', { x, y, width, height, rx: 1.5, class: tone });
    });
  return h(
    'a',
    { href: `/ui/runs/${run.id}` },
    h('title', null, `${run.createdAt.slice(0, 16).replace('T', ' ')} UTC, ${stateWord(run.state)}: ${inWords(sizeOf(bar))}`),
    // Also where there is nothing to see there is something to point at.
    h('rect', { x, y: TOP, width, height: HEIGHT - TOP, class: 'nothing' }),
    ...rects,
  );
}
