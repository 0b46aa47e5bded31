import type { PlanListView } from '../../api/intent/plan-list';
import type { Paints } from '../output/colors';
import { table } from '../output/table';
import { statePaint } from '../runs/report';
import { stateText } from '../runs/states';
import { timeText } from '../runs/times';

/** Plans line by line, newest first. */
export function planTable(plans: PlanListView['items'], paints: Paints): string[] {
  const head = ['PLAN', 'ASKED FOR', 'BY', 'OF', 'APPLIED', 'WHAT IT COMES TO'].map(text => ({ text, paint: paints.bold }));
  const rows = plans.map(({ id, branch, source, requestedBy, state, summary, run, createdAt }) => [
    id,
    timeText(createdAt),
    requestedBy,
    branch !== null ? `branch ${branch.name} (${branch.id})` : source === 'request' ? 'a request' : 'changes in NetBox',
    run === null ? '-' : { text: stateText(run.state), paint: statePaint(run.state, paints) },
    summary ?? state,
  ]);
  return table([head, ...rows]);
}
