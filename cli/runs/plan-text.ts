import type { ChangeView, RunView } from '../../api/runs/schema';
import { type Paint, type Paints, plain } from '../output/colors';
import { valueText } from './value-text';

const SIGNS: Record<ChangeView['action'], string> = { create: '+', update: '~', delete: '-', link: '=' };

export interface PlanStyle {
  paints: Paints;
  /** With the fields of each change. */
  fields: boolean;
}

/** The plan of a run: of each endpoint first what belongs to no guest, then guest by guest. */
export function planLines(
  run: Pick<RunView, 'endpoint' | 'children'>,
  changes: readonly ChangeView[],
  style: PlanStyle,
): string[] {
  return [...grouped(changes)].flatMap(([, members]) => [
    '',
    style.paints.bold(plain(headingOf(run, members))),
    ...members.flatMap(change => changeLines(change, style)),
  ]);
}

/** In order of appearance; a guest's changes are spread over the kinds. */
function grouped(changes: readonly ChangeView[]): Map<string, ChangeView[]> {
  const groups = new Map<string, ChangeView[]>();
  const shared = changes.filter(({ guest }) => guest === null);
  const ofGuests = changes.filter(({ guest }) => guest !== null);
  for (const change of [...shared, ...ofGuests]) {
    const key = `${change.runId} ${change.guest ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return groups;
}

function headingOf({ endpoint, children }: Pick<RunView, 'endpoint' | 'children'>, members: ChangeView[]): string {
  const { runId, guest } = members[0] ?? { runId: '', guest: null };
  const where = (children.find(({ id }) => id === runId)?.endpoint ?? endpoint)?.name ?? 'endpoint';
  if (guest === null) return `${where}: shared by guests`;
  const name = members.find(({ kind }) => kind === 'virtual-machine')?.label;
  return name === undefined ? `${where}: guest ${guest}` : `${where}: ${name} (${guest})`;
}

function changeLines(
  { action, kind, label, why, state, error, fields }: ChangeView,
  { paints, fields: shown }: PlanStyle,
): string[] {
  const paint = paintOf(action, paints);
  const became = state === 'planned' ? '' : paints.dim(` [${state}]`);
  return [
    `  ${paint(`${SIGNS[action]} ${kind}`)} ${plain(label)}${became}`,
    ...(why === null ? [] : [`      ${paints.dim(plain(why))}`]),
    ...(error === null ? [] : [`      ${paints.red(`refused: ${plain(error.text)}`)}`]),
    ...(shown && action !== 'delete' ? fields.map(field => `      ${fieldText(action, field)}`) : []),
  ];
}

function fieldText(action: ChangeView['action'], { field, before, after }: ChangeView['fields'][number]): string {
  return action === 'update' ? `${field}: ${valueText(before)} → ${valueText(after)}` : `${field}: ${valueText(after)}`;
}

function paintOf(action: ChangeView['action'], { green, yellow, red, dim }: Paints): Paint {
  return { create: green, update: yellow, delete: red, link: dim }[action];
}
