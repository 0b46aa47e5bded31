import { intentPermission } from '../../../domain/intent/gate';
import type { Identity } from '../../auth/identity';
import type { GuestChangeView } from '../../intent/schema';
import { button } from '../html/form';
import { h, type Html } from '../html/h';
import { link, notice, row, table } from '../html/parts';
import { actionBadge, badge } from '../html/state';
import { readable } from '../html/words';
import { changeBadge, endWords, isOpenChange, verdictBadge } from './state';
import { valueText } from './value';

export interface ChangeContext {
  caller: Identity;
  /** Name of the endpoint. */
  endpointName: string | undefined;
  netboxUrl: string | undefined;
  /** Reflection leaves the guest's fields alone because of this change. */
  held: boolean;
}

/** One guest of a plan: fields from → to, what each check says, drift, and the exact calls. */
export function changeCard(change: GuestChangeView, context: ChangeContext): Html {
  const { op, name, kind, vmid, verdict, state, id } = change;
  const quiet = verdict === 'permitted' && state === 'planned';
  return h(
    'details',
    { class: 'card group', open: true, id: `change-${id}` },
    h(
      'summary',
      null,
      actionBadge(op),
      ' ',
      h('strong', null, name),
      ' ',
      h(
        'small',
        null,
        `${kind}/${vmid ?? 'a free VMID'}${context.endpointName === undefined ? '' : ` on ${context.endpointName}`}`,
      ),
      ' ',
      state === 'planned' ? verdictBadge(verdict) : changeBadge(state),
      ' ',
      quiet && h('span', { class: 'count' }, 'nothing speaks against it'),
    ),
    endOf(change),
    verdictsOf(change),
    differences('What is changed', ['Field', 'Now', 'Then'], change.fields),
    driftOf(change),
    callsOf(change),
    footOf(change, context),
  );
}

function endOf({ state, reason, message, result }: GuestChangeView): Html | null {
  if (state === 'planned' || state === 'queued') return null;
  const tone = state === 'applied' ? 'good' : ['failed', 'refused', 'unknown_outcome'].includes(state) ? 'bad' : 'calm';
  const parts = [
    ['There', result.there],
    ['In effect at the next start', result.pending],
    ['Missing', result.missing],
  ] as const;
  return notice(
    tone,
    h('strong', null, readable(state)),
    reason !== null && h('span', null, ' ', h('code', null, reason)),
    message !== null && h('p', null, message),
    endWords[state] !== undefined && h('p', null, endWords[state]),
    ...parts.map(([words, keys]) => keys !== undefined && keys.length > 0 && h('p', null, `${words}: ${keys.join(', ')}.`)),
  );
}

/** What checks have to say; that nothing speaks against it stands in the heading. */
function verdictsOf({ verdicts }: GuestChangeView): Html | null {
  const said = verdicts.filter(({ reason }) => reason !== 'default_permit');
  if (said.length === 0) return null;
  return h(
    'ul',
    { class: 'checks' },
    ...said.map(({ verdict, reason, message }) =>
      h('li', null, verdictBadge(verdict), h('span', null, message), h('code', null, reason)),
    ),
  );
}

function differences(title: string, heads: readonly [string, string, string], fields: GuestChangeView['fields']): Html | null {
  if (fields.length === 0) return null;
  return h(
    'div',
    { class: 'change' },
    h('h3', null, title),
    h(
      'table',
      { class: 'fields' },
      h('thead', null, h('tr', null, ...heads.map(head => h('th', { scope: 'col' }, head)))),
      h(
        'tbody',
        null,
        ...fields.map(({ field, from, to }) =>
          h(
            'tr',
            null,
            h('th', { scope: 'row' }, field),
            h('td', { class: 'from' }, h('del', null, valueText(from))),
            h('td', { class: 'to' }, h('ins', null, valueText(to))),
          ),
        ),
      ),
    ),
  );
}

/** Differences that nobody asked to end: shown as what is wanted and what is live. */
function driftOf({ drift }: GuestChangeView): Html | null {
  if (drift.length === 0) return null;
  return h(
    'details',
    { class: 'change' },
    h('summary', null, 'Drift ', h('span', { class: 'count' }, `${drift.length} beyond the change; not applied`)),
    table(
      'Drift',
      ['Field', 'Wanted in NetBox', 'Live in Proxmox'],
      drift.map(({ field, from, to }) => row(field, valueText(to), valueText(from))),
    ),
  );
}

const callTones = { done: 'good', task: 'busy', sending: 'busy', refused: 'bad', failed: 'bad', unknown: 'bad' } as const;
const callTone = (state: string) => (state in callTones ? callTones[state as keyof typeof callTones] : 'calm');

function callsOf({ calls }: GuestChangeView): Html | null {
  if (calls.length === 0) return null;
  return h(
    'details',
    { class: 'change' },
    h('summary', null, 'Calls to Proxmox ', h('span', { class: 'count' }, calls.length)),
    h(
      'ol',
      { class: 'calls' },
      ...calls.map(({ method, path, params, state, task, message }) =>
        h(
          'li',
          null,
          h('code', null, `${method} ${path}`),
          ' ',
          state !== 'planned' && badge(callTone(state), state),
          ...Object.entries(params).map(([key, value]) => h('code', { class: 'under' }, `${key}=${valueText(value)}`)),
          task !== null && h('p', { class: 'hint' }, `Task ${task}`),
          message !== null && h('p', { class: 'hint' }, message),
        ),
      ),
    ),
  );
}

function footOf(
  { id, netboxId, endpoint, state, op, kind }: GuestChangeView,
  { caller, netboxUrl, held }: ChangeContext,
): Html | null {
  const inNetBox = netboxId !== null && netboxUrl !== undefined;
  const droppable =
    held && state !== 'queued' && state !== 'running' && caller.permissions(intentPermission(op, kind), endpoint ?? undefined);
  if (!inNetBox && !held) return null;
  return h(
    'div',
    { class: 'change' },
    held &&
      h(
        'p',
        { class: 'hint' },
        isOpenChange({ state })
          ? 'Until this change has ended, syncs leave these fields of the guest alone.'
          : 'Wanted and live differ: syncs leave these fields of the guest alone, until both are equal or somebody gives the change up.',
      ),
    h(
      'div',
      { class: 'actions' },
      inNetBox && link(`${netboxUrl}/virtualization/virtual-machines/${netboxId}/`, 'In NetBox'),
      droppable && button(caller, `/ui/intent/changes/${id}/drop`, 'Give this change up'),
    ),
  );
}
