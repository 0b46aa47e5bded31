import type { RunView } from '../../runs/schema';
import { h, type Html } from '../html/h';

const stages = [
  ['observe', 'Read Proxmox'],
  ['plan', 'Compare with NetBox'],
  ['apply', 'Write NetBox'],
  ['verify', 'Check'],
] as const;

/** The four steps of a sync: which one is at work, and which were done. */
export function stagesOf(run: RunView): Html {
  const phase = run.phase?.split(' ')[0];
  const at = stages.findIndex(([name]) => name === phase);
  const through = run.state === 'completed' || run.state === 'partial';
  const last = run.state === 'awaiting_confirmation' || run.scope.dryRun === true ? 2 : stages.length;
  return h(
    'ol',
    { class: 'stages', 'aria-label': 'Stages' },
    ...stages.map(([, label], index) => {
      const current = run.state === 'running' && index === at;
      const done = (at >= 0 && index < at) || ((through || run.state === 'awaiting_confirmation') && index < last);
      const detail = current && phase === 'apply' ? run.phase?.slice('apply '.length) : undefined;
      return h(
        'li',
        { class: current ? 'current' : done ? 'done' : 'open', 'aria-current': current ? 'step' : null },
        label,
        detail !== undefined && h('small', null, detail),
      );
    }),
  );
}
