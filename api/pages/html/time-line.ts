import type { StepTime } from '../../../database/repositories/run-events';
import { runSteps } from '../../../domain/run-events';
import type { RunSummaryView } from '../../runs/schema';
import { h, type Html } from './h';
import { runTitle } from './run-row';
import { stateWord, stepWords } from './state';
import { counted, duration } from './words';

const WIDTH = 600;
const LABELS = 110;
const LINE = 22;
const TICKS = 4;

/** When each part of a run waited, and when it was in which of its steps: one line for each part. */
export function timeLine(runs: readonly RunSummaryView[], steps: readonly StepTime[]): Html | null {
  const now = Date.now();
  const from = Math.min(...runs.map(({ createdAt }) => Date.parse(createdAt)));
  const till = Math.max(...runs.map(run => endOf(run, now)));
  if (runs.length === 0 || till <= from) return null;
  const place = (moment: number): number => LABELS + ((moment - from) / (till - from)) * (WIDTH - LABELS);
  const height = runs.length * LINE;
  return h(
    'figure',
    { class: 'chart time' },
    h(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${height + 16}`, role: 'group', 'aria-label': described(runs, steps, till - from, now) },
      ...Array.from({ length: TICKS + 1 }, (_, index) =>
        tick((index / TICKS) * (till - from), place(from + (index / TICKS) * (till - from)), height),
      ),
      ...runs.map((run, index) => lineOf(run, stepsOf(run, steps, now), index * LINE, place, now)),
    ),
    h('figcaption', { class: 'legend hint' }, ...legend.map(([tone, words]) => h('span', { class: `key ${tone}` }, words))),
  );
}

const legend = [['waited', 'Waiting'], ...runSteps.map(step => [`step-${step}`, stepWords[step]])] as const;

interface Part {
  words: string;
  tone: string;
  from: number;
  till: number;
}

const endOf = (run: RunSummaryView, now: number): number => (run.finishedAt === null ? now : Date.parse(run.finishedAt));

/** The parts of a run; one that tells of no steps is one part in the colour of how it ended. */
function stepsOf(run: RunSummaryView, steps: readonly StepTime[], now: number): Part[] {
  const end = endOf(run, now);
  const began = run.startedAt === null ? end : Date.parse(run.startedAt);
  const waited: Part = { words: 'Waiting', tone: 'waited', from: Date.parse(run.createdAt), till: began };
  const known = runSteps.flatMap((step): Part[] => {
    const times = steps.find(item => item.runId === run.id && item.step === step);
    if (times === undefined) return [];
    return [
      { words: stepWords[step], tone: `step-${step}`, from: times.startedAt.getTime(), till: times.endedAt?.getTime() ?? end },
    ];
  });
  if (known.length > 0 || run.startedAt === null) return [waited, ...known];
  return [waited, { words: stateWord(run.state), tone: `bar-${run.state}`, from: began, till: end }];
}

function lineOf(run: RunSummaryView, parts: Part[], y: number, place: (moment: number) => number, now: number): Html {
  const name = run.endpoint?.name ?? runTitle(run);
  const label = h('text', { x: 0, y: y + 14, class: 'label' }, name.length > 19 ? `${name.slice(0, 18)}…` : name);
  return h(
    'g',
    null,
    h('a', { href: `/ui/runs/${run.id}` }, h('title', null, `${name}: ${stateWord(run.state)}`), label),
    ...parts.map(({ words, tone, from, till }) =>
      h(
        'rect',
        {
          x: place(from),
          y: y + 4,
          width: Math.max(1.5, place(Math.min(till, now)) - place(from)),
          height: LINE - 8,
          rx: 2,
          class: tone,
        },
        h('title', null, `${name}, ${words.toLowerCase()}: ${duration(till - from)}`),
      ),
    ),
  );
}

const tick = (ms: number, x: number, height: number): Html =>
  h(
    'g',
    { class: 'tick' },
    h('line', { x1: x, x2: x, y1: 0, y2: height, class: 'axis' }),
    h(
      'text',
      { x, y: height + 12, class: 'label', 'text-anchor': x > WIDTH - 20 ? 'end' : 'middle' },
      ms === 0 ? '0' : duration(ms),
    ),
  );

/** What the picture shows, for whoever does not see it. */
function described(runs: readonly RunSummaryView[], steps: readonly StepTime[], whole: number, now: number): string {
  const lines = runs.map(run => {
    const parts = stepsOf(run, steps, now).filter(({ from, till }) => till > from);
    return `${run.endpoint?.name ?? runTitle(run)}: ${parts.map(({ words, from, till }) => `${words.toLowerCase()} ${duration(till - from)}`).join(', ')}`;
  });
  return `Time line of ${counted(runs.length, 'run')} over ${duration(whole)}. ${lines.join('. ')}.`;
}
