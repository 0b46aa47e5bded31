import type { GuestChangeView, IntentPlanView } from '../../api/intent/schema';
import { type Paint, type Paints, plain } from '../output/colors';
import { properties } from '../output/table';
import { valueText } from '../runs/value-text';
import { changePaint } from './states';

const SIGNS: Record<GuestChangeView['op'], string> = { create: '+', update: '~', delete: '-' };

/** A plan for people: what it comes to, then guest by guest with verdicts, fields, drift and, if they are wanted, the calls to Proxmox. */
export function planText(plan: IntentPlanView, paints: Paints, { calls = false }: { calls?: boolean } = {}): string[] {
  const { branch, source, state, summary, digest, runId } = plan;
  return [
    ...properties([
      ['plan', plan.id],
      [
        'of',
        branch !== null
          ? branchText(branch)
          : `${source === 'request' ? 'a request' : 'changes in NetBox'} of ${plan.requestedBy}`,
      ],
      ['state', state === 'ready' ? null : { text: state, paint: state === 'failed' ? paints.red : paints.bold }],
      ['digest', digest],
      ['applied by run', runId],
    ]),
    ...(summary === null ? [] : ['', paints.bold(plain(summary))]),
    ...plan.problems.map(({ place, message }) => paints.red(plain(`  not understood, ${place}: ${message}`))),
    ...plan.changes.flatMap(change => ['', ...changeText(change, paints, calls)]),
  ];
}

const branchText = ({ id, name, mergedAt }: NonNullable<IntentPlanView['branch']>): string =>
  `branch ${name} (${id}), ${mergedAt === null ? 'not merged' : `merged ${mergedAt}`}`;

function changeText(change: GuestChangeView, paints: Paints, calls: boolean): string[] {
  const { op, kind, vmid, name, state, reason, message } = change;
  const became = state === 'planned' ? '' : ` ${changePaint(state, paints)(`[${state.replaceAll('_', ' ')}]`)}`;
  return [
    `${opPaint(op, paints)(`${SIGNS[op]} ${op}`)} ${paints.bold(plain(name))} (${kind}/${vmid ?? 'a free VMID'})${became}`,
    ...(message === null ? [] : [`    ${plain(message)}${reason === null ? '' : paints.dim(` ${reason}`)}`]),
    ...change.verdicts.filter(({ reason: code }) => code !== 'default_permit').map(verdict => verdictText(verdict, paints)),
    ...change.fields.map(({ field, from, to }) => `    ${plain(field)}: ${valueText(from)} → ${valueText(to)}`),
    ...change.drift.map(({ field, from, to }) =>
      paints.dim(`    drift, not applied: ${plain(field)}: wanted ${valueText(to)}, live ${valueText(from)}`),
    ),
    ...(calls ? change.calls.map(call => `    ${callText(call)}`) : []),
  ];
}

function verdictText(
  { verdict, reason, message }: GuestChangeView['verdicts'][number],
  { red, yellow, green, dim }: Paints,
): string {
  const paint = { blocked: red, warning: yellow, permitted: green }[verdict];
  return `    ${paint(verdict)}: ${plain(message)} ${dim(reason)}`;
}

function callText({ method, path, params }: GuestChangeView['calls'][number]): string {
  const given = Object.entries(params).map(([key, value]) => `${key}=${valueText(value)}`);
  return plain([method, path, ...given].join(' '));
}

function opPaint(op: GuestChangeView['op'], { green, yellow, red }: Paints): Paint {
  return { create: green, update: yellow, delete: red }[op];
}
