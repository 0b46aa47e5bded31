import type { RunRead } from '../../../database/repositories/run-reads';
import type { Identity } from '../../auth/identity';
import type { RunView } from '../../runs/schema';
import { button } from '../html/form';
import { h, type Html } from '../html/h';
import { link, notice } from '../html/parts';
import { time } from '../html/time';
import { counted } from '../html/words';
import { holdsOnRun } from '../rights';
import { isLive } from './run';

export interface RunActions {
  /** Pause, or let go on. */
  steer: Html | null;
  cancel: Html | null;
  confirm: Html | null;
}

/** What this person can do to this run now. */
export function runActions(run: RunView, found: RunRead, caller: Identity): RunActions {
  const may = holdsOnRun(caller, 'run_sync', found);
  return {
    steer: may && isLive(run) && run.kind === 'intent-apply' ? steering(run, caller) : null,
    cancel: may && isLive(run) ? button(caller, `/ui/runs/${run.id}/cancel`, 'Cancel run', { tone: 'danger' }) : null,
    confirm: run.state === 'awaiting_confirmation' && run.endpoint !== null ? confirmation(run, caller, may) : null,
  };
}

const steering = ({ id, phase }: RunView, caller: Identity): Html =>
  phase === 'paused'
    ? button(caller, `/ui/runs/${id}/resume`, 'Go on', { tone: 'primary' })
    : button(caller, `/ui/runs/${id}/pause`, 'Pause');

function confirmation(run: RunView, caller: Identity, may: boolean): Html {
  if (run.confirmedBy !== null) return notice('good', `Confirmed by ${run.confirmedBy}, `, time(run.confirmedAt), '.');
  const writes = run.plan.totals.filter(({ action }) => action !== 'link').reduce((sum, { count }) => sum + count, 0);
  return notice(
    'warn',
    h('h2', null, 'This plan waits for somebody who has read it'),
    h('p', null, run.message),
    h(
      'p',
      null,
      `Nothing was written so far. To confirm means: a new run reads Proxmox and NetBox again and writes these ${counted(writes, 'change')} `,
      'to NetBox, as long as the plan is then still the one that you have seen. Proxmox is not changed.',
    ),
    h(
      'div',
      { class: 'actions' },
      link(`/ui/runs/${run.id}/plan`, 'Read the plan'),
      may
        ? button(caller, `/ui/runs/${run.id}/confirm`, 'Confirm this plan', {
            tone: 'primary',
            fields: { planDigest: run.planDigest ?? '' },
          })
        : h('span', { class: 'hint' }, 'Confirming needs the permission run_sync here.'),
    ),
  );
}
