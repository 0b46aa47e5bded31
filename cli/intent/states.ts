import type { GuestChangeView } from '../../api/intent/schema';
import type { RunView } from '../../api/runs/schema';
import type { Paint, Paints } from '../output/colors';
import { table } from '../output/table';

type State = GuestChangeView['state'];

const OPEN: readonly State[] = ['planned', 'queued', 'running'];

export function changePaint(state: State, { green, yellow, red, bold, dim }: Paints): Paint {
  if (state === 'applied') return green;
  if (state === 'failed' || state === 'refused' || state === 'unknown_outcome') return red;
  if (state === 'partly_applied' || state === 'deletion_requested') return yellow;
  return state === 'running' ? bold : dim;
}

type Intent = NonNullable<RunView['intent']>;

/** How many guests of a run have their end. */
export const endedOf = ({ results }: Intent): number => results.filter(({ state }) => !OPEN.includes(state)).length;

/** What became of each guest of a run. */
export const resultLines = ({ results }: Intent, paints: Paints): string[] =>
  table(
    results.map(({ name, kind, vmid, op, state, reason, message }) => [
      `  ${name} (${kind}/${vmid ?? '-'})`,
      op,
      { text: state.replaceAll('_', ' '), paint: changePaint(state, paints) },
      [message, reason === null ? '' : `(${reason})`].filter(text => text !== '').join(' '),
    ]),
  );
