import type { GuestChangeView, IntentPlanView } from '../../intent/schema';
import type { Html } from '../html/h';
import { badge } from '../html/state';
import { readable } from '../html/words';

type Tone = Parameters<typeof badge>[0];

const changeTones: Record<GuestChangeView['state'], Tone> = {
  planned: 'calm',
  queued: 'calm',
  running: 'busy',
  applied: 'good',
  unchanged: 'calm',
  refused: 'bad',
  failed: 'bad',
  partly_applied: 'warn',
  unknown_outcome: 'bad',
  cancelled: 'calm',
  deletion_requested: 'warn',
};

/** How a change of a guest stands, or ended. */
export const changeBadge = (state: GuestChangeView['state']): Html => badge(changeTones[state], readable(state));

/** What a person should know about an end, where its name does not say it all. */
export const endWords: Partial<Record<GuestChangeView['state'], string>> = {
  partly_applied: 'Some of the wanted values are there; others are not, or wait for the next start.',
  unknown_outcome:
    'An answer of Proxmox was lost, and reading did not tell what became of it. Look at the guest in Proxmox before you ask for anything else.',
};

const verdicts: Record<GuestChangeView['verdict'], readonly [Tone, string]> = {
  permitted: ['good', 'Permitted'],
  warning: ['warn', 'Warning'],
  blocked: ['bad', 'Blocked'],
};

export const verdictBadge = (verdict: GuestChangeView['verdict']): Html => badge(...verdicts[verdict]);

const plans: Record<IntentPlanView['state'], readonly [Tone, string]> = {
  pending: ['busy', 'Being made'],
  ready: ['good', 'Ready'],
  failed: ['bad', 'Could not be made'],
};

export const planBadge = (state: IntentPlanView['state']): Html => badge(...plans[state]);

export const isOpenChange = ({ state }: Pick<GuestChangeView, 'state'>): boolean =>
  ['planned', 'queued', 'running'].includes(state);
