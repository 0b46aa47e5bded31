import type { Queryable } from '../../../database/queryable';
import { latestRunEvents, readStepTimes, type RunEventRead, type StepTime } from '../../../database/repositories/run-events';
import type { RunEventName } from '../../../domain/run-events';
import type { RunView } from '../../runs/schema';
import { h, type Html } from '../html/h';
import { section } from '../html/parts';
import { time } from '../html/time';

/** What a run has told so far. */
export interface RunStory {
  /** The last ones, newest first. */
  news: readonly RunEventRead[];
  /** Of the run, and of the runs of its endpoints. */
  steps: readonly StepTime[];
}

const NEWS = 40;

export async function readStory(db: Queryable, run: RunView): Promise<RunStory> {
  const [news, steps] = await Promise.all([
    latestRunEvents(db, run.id, NEWS),
    readStepTimes(db, [run.id, ...run.children.map(({ id }) => id)]),
  ]);
  return { news, steps };
}

/** How far the step at work is, in the words of its last progress; nothing when a step began since. */
export function progressNow({ news }: RunStory): Progress | undefined {
  const latest = news.find(({ event }) => event === 'item_progress' || event === 'step');
  const told: unknown = latest?.event === 'item_progress' ? latest.data['progress'] : undefined;
  if (typeof told !== 'object' || told === null) return undefined;
  const number = (name: string): number => Number(Reflect.get(told, name));
  return { text: textOf(latest?.data['message']), current: number('current'), total: number('total') };
}

export interface Progress {
  text: string;
  current: number;
  total: number;
}

/** For programs; to people the steps say the same, but for a run of changes, whose news is how each guest stands. */
const unsaid: readonly RunEventName[] = ['item_progress', 'discovery', 'phase_summary'];

/** What happened last, in words. */
export function newsOf({ endpoint: only, kind }: RunView, { news }: RunStory, shown: number): Html | null {
  const worth = news.filter(({ event }) => kind === 'intent-apply' || !unsaid.includes(event)).slice(0, shown);
  if (worth.length === 0) return null;
  return section(
    'What happened',
    h('ol', { class: 'news', reversed: true }, ...worth.map(event => newsLine(event, only === null && kind !== 'intent-apply'))),
  );
}

const newsLine = ({ event, data, endpoint, at }: RunEventRead, named: boolean): Html =>
  h(
    'li',
    { class: event === 'error_detail' ? 'bad' : event === 'complete' ? 'end' : null },
    time(at),
    named && h('strong', null, endpoint === null ? 'All' : (endpoint.name ?? 'deleted')),
    h('span', null, itemOf(data['item'], textOf(data['message'])), textOf(data['message'])),
  );

/** The object that a message is about, where the message does not begin with it. */
function itemOf(item: unknown, message: string): string {
  const name: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'name') : undefined;
  return typeof name === 'string' && !message.startsWith(`${name}: `) ? `${name}: ` : '';
}

const textOf = (message: unknown): string => (typeof message === 'string' ? message : '');
