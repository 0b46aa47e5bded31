import type { RunSummaryView } from '../../runs/schema';
import { h, type Html } from './h';
import { countOf, runTime } from './run-row';
import { stateWord } from './state';
import { counted, duration } from './words';

const WIDTH = 600;
const HEIGHT = 120;
const GAP = 3;

/** How long the last runs took, as bars from the oldest to the newest, and how many objects they wrote, as a line of dots. */
export function runChart(runs: readonly RunSummaryView[]): Html | null {
  const ended = runs.filter(({ startedAt, finishedAt }) => startedAt !== null && finishedAt !== null).toReversed();
  if (ended.length < 2) return null;
  const bars = ended.map(run => ({ run, took: runTime(run) ?? 0, written: countOf(run.counts, 'written') ?? 0 }));
  const longest = Math.max(...bars.map(({ took }) => took), 1);
  const most = Math.max(...bars.map(({ written }) => written), 1);
  const step = WIDTH / Math.max(bars.length, 12);
  return h(
    'figure',
    { class: 'chart' },
    h(
      'svg',
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        role: 'img',
        'aria-label': `Durations of the last ${bars.length} runs; the longest took ${duration(longest)}.`,
      },
      h('line', { x1: 0, x2: WIDTH, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5, class: 'axis' }),
      ...bars.map(({ run, took, written }, index) => {
        const height = Math.max(2, (took / longest) * (HEIGHT - 14));
        const x = index * step;
        return h(
          'a',
          { href: `/ui/runs/${run.id}` },
          h('title', null, `${stateWord(run.state)}: ${duration(took)}, ${counted(written, 'object')} written`),
          h('rect', { x: x + GAP / 2, y: HEIGHT - height, width: step - GAP, height, rx: 3, class: `bar-${run.state}` }),
          h('circle', { cx: x + step / 2, cy: HEIGHT - 7 - (written / most) * (HEIGHT - 21), r: 3.5, class: 'dot' }),
        );
      }),
    ),
    h(
      'figcaption',
      { class: 'hint' },
      `Bars: duration, up to ${duration(longest)}. Dots: objects written, up to ${most.toLocaleString('en')}. Oldest on the left.`,
    ),
  );
}
