import type { FindingView, RunView } from '../../runs/schema';
import { h, type Html } from '../html/h';
import { link, row, section, table } from '../html/parts';
import { severityBadge } from '../html/state';
import { counted, readable } from '../html/words';

/** What NetBox refused, with its words. */
export function refusedOf({ id, refused: { total, items } }: RunView): Html | null {
  if (total === 0) return null;
  return section(
    `Refused by NetBox: ${counted(total, 'object')}`,
    table(
      'Objects that NetBox refused',
      ['Object', 'Kind', "NetBox's words"],
      items.map(({ label, kind, error }) =>
        row(label, kind, [
          error?.text ?? '–',
          error?.fields !== undefined && h('code', { class: 'under' }, JSON.stringify(error.fields)),
        ]),
      ),
    ),
    total > items.length && h('p', null, link(`/ui/runs/${id}/plan?state=refused`, `All ${total.toLocaleString('en')}`)),
  );
}

/** What the run noticed, by what it is. */
export function findingsOf({ findings: { totals, items } }: RunView): Html | null {
  if (totals.length === 0) return null;
  return section(
    'Noticed',
    ...totals.map(({ code, severity, count }) => {
      const own = items.filter(item => item.code === code && item.severity === severity);
      return h(
        'details',
        { open: severity === 'error' },
        h('summary', null, severityBadge(severity), ` ${readable(code)} `, h('span', { class: 'count' }, count)),
        h('ul', { class: 'findings' }, ...own.map(findingLine)),
        own.length < count && h('p', { class: 'hint' }, `The first ${own.length} of ${count} are shown.`),
      );
    }),
  );
}

const findingLine = ({ label, message }: FindingView): Html => h('li', null, h('strong', null, label), ' ', message);
