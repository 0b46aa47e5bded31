import type { RunView } from '../../api/runs/schema';

type Totals = RunView['plan']['totals'];
type Total = Totals[number];

export const countOf = (totals: Totals, fits: (total: Total) => boolean): number =>
  totals.filter(fits).reduce((sum, { count }) => sum + count, 0);

/** Objects that would be, or were, written; recognising one writes nothing. */
export const writesOf = (totals: Totals): number => countOf(totals, ({ action }) => action !== 'link');

/** `12 to create, 3 to change, 0 to delete`, with what became of them once something did. */
export function summariseChanges(totals: Totals): string {
  const planned = (action: Total['action']): number => countOf(totals, total => total.action === action);
  const became = (state: Total['state']): number => countOf(totals, total => total.state === state && total.action !== 'link');
  const links = planned('link');
  const parts = [
    `${planned('create')} to create`,
    `${planned('update')} to change`,
    `${planned('delete')} to delete`,
    ...(links > 0 ? [`${links} to recognise`] : []),
  ];
  const states = (['done', 'refused', 'skipped'] as const).flatMap(state =>
    became(state) > 0 ? [`${became(state)} ${state}`] : [],
  );
  return parts.join(', ') + (states.length > 0 ? ` (${states.join(', ')})` : '');
}
