import type { RunView } from '../../runs/schema';
import { h, type Html } from '../html/h';
import { link, row, section, table } from '../html/parts';
import { actionBadge } from '../html/state';
import { changeBadge, endWords, isOpenChange } from './state';

/** What became of each guest of a run that applies changes, and how far the run is. */
export function resultsOf({ intent, phase, state }: Pick<RunView, 'intent' | 'phase' | 'state'>): Html | null {
  if (intent === null) return null;
  const { results, planId } = intent;
  if (results.length === 0)
    return section(
      'Guests',
      h('p', { class: 'empty' }, state === 'running' ? 'The guests are being read and checked.' : 'None.'),
    );
  const done = results.filter(result => !isOpenChange(result)).length;
  const words = `${done} of ${results.length} ${results.length === 1 ? 'guest' : 'guests'}`;
  return section(
    'Guests',
    h(
      'p',
      { class: 'how-far' },
      h('progress', { value: done, max: results.length, 'aria-label': words }),
      h('span', null, words, phase === 'paused' && ', paused: no further guest is begun'),
    ),
    table(
      'Guests',
      ['Guest', 'Change', 'State', 'What happened'],
      results.map(({ changeId, name, kind, vmid, op, state: at, message, reason, proxmox_upid: task, deletionRequest }) =>
        row(
          [link(`/ui/intent/plans/${planId}#change-${changeId}`, name), ' ', h('small', null, `${kind}/${vmid ?? '–'}`)],
          actionBadge(op),
          changeBadge(at),
          [
            message === '' ? (endWords[at] ?? '–') : message,
            reason !== null && h('code', { class: 'under' }, reason),
            task !== null && h('small', { class: 'under' }, `Task ${task}`),
            deletionRequest !== null && link(`/ui/deletions/${deletionRequest}`, 'Deletion request'),
          ],
        ),
      ),
    ),
    state === 'running'
      ? null
      : h('p', null, link(`/ui/intent/plans/${planId}`, 'The plan'), ': what is missing is planned again there.'),
  );
}
