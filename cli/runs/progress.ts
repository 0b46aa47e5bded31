import type { RunSummaryView, RunView } from '../../api/runs/schema';
import type { ProgressLine } from '../output/progress';
import { endedOf } from '../intent/states';
import { countOf } from './changes';
import { isOpen, stageText } from './states';

const BAR = 24;

/** The run, and below it each of its endpoints. */
export function progressOf(run: RunView): ProgressLine[] {
  const name = run.endpoint?.name ?? `run ${run.id.slice(0, 8)}`;
  const whole = { name, stage: stageText(run), detail: isOpen(run) ? bar(run) : '' };
  return [whole, ...run.children.map(lineOf)];
}

function lineOf(child: RunSummaryView): ProgressLine {
  const name = `  ${child.endpoint?.name ?? child.endpoint?.id ?? child.id}`;
  return { name, stage: stageText(child), detail: isOpen(child) ? '' : (child.message ?? countsText(child.counts)) };
}

/** `██████░░░░░░ 412 of 690`; nothing before there is a plan. */
function bar({ plan: { totals }, intent }: RunView): string {
  const all = intent === null ? countOf(totals, () => true) : intent.results.length;
  if (all === 0) return '';
  const done =
    intent === null ? all - countOf(totals, ({ state }) => state === 'planned' || state === 'sending') : endedOf(intent);
  const filled = Math.round((done / all) * BAR);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${done} of ${all}`;
}

/** `60 guests, 412 written, 2 refused` of an ended run; zeros other than of what was written are left out. */
export function countsText(counts: RunSummaryView['counts']): string {
  const number = (name: string): number => Number(counts[name] ?? 0);
  const parts = ['guests', 'written', 'refused', 'skipped', 'notReflected', 'conflicts'].flatMap(name =>
    counts[name] === undefined || (number(name) === 0 && name !== 'written') ? [] : [`${number(name)} ${names[name] ?? name}`],
  );
  return parts.join(', ');
}

const names: Record<string, string> = { notReflected: 'not reflected' };
