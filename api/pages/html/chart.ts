import type { RunSummaryView } from '../../runs/schema';
import { h, type Html } from './h';
import { countOf, runTime, runTitle } from './run-row';
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

/** When each part of a run waited and ran, one line for each. */
export function timeLine(runs: readonly RunSummaryView[]): Html | null {
  const from = Math.min(...runs.map(({ createdAt }) => Date.parse(createdAt)));
  const now = Date.now();
  const till = Math.max(...runs.map(({ finishedAt }) => (finishedAt === null ? now : Date.parse(finishedAt))));
  if (runs.length === 0 || till <= from) return null;
  const [left, line] = [110, 18];
  const place = (moment: number) => left + ((moment - from) / (till - from)) * (WIDTH - left);
  return h(
    'figure',
    { class: 'chart' },
    h(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${runs.length * line}`, role: 'img', 'aria-label': `Time line of ${counted(runs.length, 'run')}` },
      ...runs.map((run, index) => {
        const created = Date.parse(run.createdAt);
        const end = run.finishedAt === null ? now : Date.parse(run.finishedAt);
        const began = run.startedAt === null ? end : Date.parse(run.startedAt);
        const y = index * line;
        const bar = (start: number, stop: number, tone: string) =>
          h('rect', {
            x: place(start),
            y: y + 5,
            width: Math.max(2, place(stop) - place(start)),
            height: line - 10,
            rx: 3,
            class: tone,
          });
        const name = run.endpoint?.name ?? runTitle(run);
        return h(
          'g',
          null,
          h('title', null, `${name}: waited ${duration(began - created)}, ran ${duration(end - began)}`),
          h('text', { x: 0, y: y + 11.5, class: 'label' }, name.length > 24 ? `${name.slice(0, 23)}…` : name),
          bar(created, began, 'waited'),
          run.startedAt !== null && bar(began, end, `bar-${run.state}`),
        );
      }),
    ),
    h('figcaption', { class: 'hint' }, `Grey: waiting. Coloured: at work. ${duration(till - from)} in all.`),
  );
}
