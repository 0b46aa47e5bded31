/** What a run tells while it is at work. Names are those of Proxbox, and so are the keys of what each says. */
export const runEventNames = [
  'step',
  'substep',
  'discovery',
  'item_progress',
  'phase_summary',
  'error_detail',
  'complete',
] as const;
export type RunEventName = (typeof runEventNames)[number];

/** The parts of one endpoint's run, in order. */
export const runSteps = ['observe', 'plan', 'apply', 'verify'] as const;
export type RunStep = (typeof runSteps)[number];

/** A full sync has one step: all of its endpoints. */
export type AnyStep = RunStep | 'endpoints';

export type ErrorCategory =
  'connection' | 'authentication' | 'permission' | 'validation' | 'not_found' | 'timeout' | 'rate_limit' | 'internal' | 'unknown';

/** What kind of trouble a reason code stands for. */
export function categoryOf(reason: string): ErrorCategory {
  if (/-unreachable$|-tls$/.test(reason)) return 'connection';
  if (reason.endsWith('-auth')) return 'authentication';
  if (reason.endsWith('-permission') || reason === 'token-sees-only-part') return 'permission';
  if (reason === 'writes-refused' || reason === 'configuration') return 'validation';
  return reason === 'internal' ? 'internal' : 'unknown';
}
