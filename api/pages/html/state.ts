import type { RunState } from '../../../domain/run';
import type { RunStep } from '../../../domain/run-events';
import { h, type Html } from './h';

type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'calm';

const states: Record<RunState, readonly [Tone, string]> = {
  pending: ['busy', 'Queued'],
  running: ['busy', 'Running'],
  awaiting_confirmation: ['warn', 'Needs confirmation'],
  completed: ['good', 'Completed'],
  partial: ['warn', 'Partial'],
  failed: ['bad', 'Failed'],
  cancelled: ['calm', 'Cancelled'],
};

/** A short word in the colour of what it means. */
export const badge = (tone: Tone, text: string): Html => h('span', { class: `badge ${tone}` }, text);

export const runBadge = (state: RunState): Html => badge(...states[state]);

export const stateWord = (state: RunState): string => states[state][1];

/** The steps of a sync, as people call them. */
export const stepWords: Record<RunStep, string> = {
  observe: 'Read Proxmox',
  plan: 'Compare with NetBox',
  apply: 'Write NetBox',
  verify: 'Check',
};

const actionTones: Record<string, Tone> = { create: 'good', update: 'busy', delete: 'bad', link: 'calm' };

export const actionBadge = (action: string): Html => badge(actionTones[action] ?? 'calm', action);

const severityTones: Record<string, Tone> = { error: 'bad', warning: 'warn', info: 'calm' };

export const severityBadge = (severity: string): Html => badge(severityTones[severity] ?? 'calm', severity);
