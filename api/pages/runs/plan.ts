import type { ChangeTotal } from '../../../database/repositories/plan-reads';
import { reflectionKindNames } from '../../../domain/reflection/kind-names';
import { actions, changeStates, type ChangeView, type RunSummaryView } from '../../runs/schema';
import { withQuery } from '../given-query';
import { h, type Html } from '../html/h';
import { pager, type Paging } from '../html/pager';
import { choice, empty, filters, heading, link } from '../html/parts';
import { runTitle } from '../html/run-row';
import { actionBadge, badge, runBadge } from '../html/state';
import { counted, readable } from '../html/words';

interface Plan extends Paging {
  run: RunSummaryView;
  totals: readonly ChangeTotal[];
  rows: readonly ChangeView[];
  filter: { kind?: string | undefined; action?: string | undefined; state?: string | undefined; q?: string | undefined };
}

export function planBody({ run, totals, rows, filter, ...paging }: Plan): Html[] {
  const path = `/ui/runs/${run.id}/plan`;
  return [
    heading(`Plan: ${runTitle(run)}`, runBadge(run.state), link(`/ui/runs/${run.id}`, 'Back to the run')),
    h('p', { class: 'summary' }, summaryOf(totals)),
    kindsOf(path, totals, filter),
    filters(
      'Filter changes',
      h(
        'label',
        null,
        'Search',
        h('input', { type: 'search', name: 'q', value: filter.q ?? '', placeholder: 'name, key or value' }),
      ),
      choice('action', 'Action', options(actions), filter.action),
      choice('kind', 'Kind', options(reflectionKindNames), filter.kind),
      choice('state', 'State', options(changeStates), filter.state),
    ),
    ...(rows.length === 0
      ? [empty(totals.length === 0 ? 'There is nothing to change: NetBox shows what Proxmox has.' : 'No change is like that.')]
      : groupsOf(rows).map(groupOf)),
    ...[pager(path, { ...filter }, paging)].filter(part => part !== null),
  ];
}

/** `12 to create, 3 to change, 0 to delete`, whatever became of them. */
function summaryOf(totals: readonly ChangeTotal[]): string {
  const of = (action: string): number =>
    totals.filter(total => total.action === action).reduce((sum, { count }) => sum + count, 0);
  const linked = of('link') === 0 ? '' : `, ${of('link').toLocaleString('en')} only to link`;
  const [create, change, remove] = [of('create'), of('update'), of('delete')].map(count => count.toLocaleString('en'));
  return `${create} to create, ${change} to change, ${remove} to delete${linked}`;
}

/** How many changes each kind has, with the way to them alone: what is on one page is only a part of a large plan. */
function kindsOf(path: string, totals: readonly ChangeTotal[], filter: Plan['filter']): Html {
  const counts = new Map<string, number>();
  for (const { kind, count } of totals) counts.set(kind, (counts.get(kind) ?? 0) + count);
  return h(
    'nav',
    { class: 'jump', 'aria-label': 'Kinds' },
    ...reflectionKindNames
      .filter(kind => counts.has(kind))
      .map(kind =>
        h(
          'a',
          { href: withQuery(path, { ...filter, kind }), 'aria-current': filter.kind === kind ? 'true' : null },
          `${readable(kind)} ${counts.get(kind)?.toLocaleString('en')}`,
        ),
      ),
    filter.kind !== undefined && link(withQuery(path, { ...filter, kind: undefined }), 'All kinds'),
  );
}

const options = (names: readonly string[]) => [['', 'any'], ...names.map(name => [name, readable(name)])] as [string, string][];

interface Group {
  title: string;
  rows: ChangeView[];
}

/** Rows of one guest stand together; what belongs to no guest is grouped by kind. */
function groupsOf(rows: readonly ChangeView[]): Group[] {
  const groups = new Map<string, Group>();
  for (const change of rows) {
    const key = change.guest === null ? `kind ${change.kind}` : `${change.runId} ${change.guest}`;
    const group = groups.get(key) ?? { title: change.guest ?? readable(change.kind), rows: [] };
    if (change.guest !== null && change.kind === 'virtual-machine') group.title = `${change.label} (${change.guest})`;
    group.rows.push(change);
    groups.set(key, group);
  }
  return [...groups.values()];
}

const groupOf = ({ title, rows }: Group): Html =>
  h(
    'details',
    { class: 'card group', open: true },
    h('summary', null, h('strong', null, title), ' ', h('span', { class: 'count' }, counted(rows.length, 'change'))),
    ...rows.map(changeOf),
  );

const changeOf = ({ action, kind, label, state, why, fields, error }: ChangeView): Html =>
  h(
    'article',
    { class: 'change' },
    h(
      'h3',
      null,
      actionBadge(action),
      ` ${label} `,
      h('small', null, readable(kind)),
      state !== 'planned' && badge(state === 'done' ? 'good' : state === 'refused' ? 'bad' : 'calm', state),
    ),
    why !== null && h('p', { class: 'hint' }, why),
    error !== null && h('p', { class: 'error' }, error.text),
    fields.length > 0 &&
      h(
        'table',
        { class: 'fields' },
        h('caption', { class: 'unseen' }, `Fields of ${label}`),
        h('colgroup', null, h('col', { class: 'name' }), h('col', null), h('col', null)),
        h('thead', { class: 'unseen' }, h('tr', null, ...['Field', 'From', 'To'].map(head => h('th', { scope: 'col' }, head)))),
        h('tbody', null, ...fields.map(field => fieldRow(field, action))),
      ),
  );

/** What is created has no value before, and what is deleted none after. */
const fieldRow = ({ field, before, after }: ChangeView['fields'][number], action: string): Html => {
  const colspan = action === 'create' || action === 'delete' ? 2 : null;
  return h(
    'tr',
    null,
    h('th', { scope: 'row' }, field),
    action !== 'create' && h('td', { class: 'from', colspan }, h('del', null, shown(before))),
    action !== 'delete' && h('td', { class: 'to', colspan }, h('ins', null, shown(after))),
  );
};

/** A value as people read it. */
function shown(value: unknown): string {
  if (value === null || value === '') return '–';
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && value.every(item => typeof item === 'string' || typeof item === 'number'))
    return value.join(', ') || '–';
  return JSON.stringify(value);
}
