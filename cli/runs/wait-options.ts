import { numberOf, type OptionSpecs, type Values } from '../options';

/** How long to wait for a run, and how often to look. */
export const patienceOptions = {
  timeout: {
    type: 'string',
    value: 'SECONDS',
    help: 'How long to wait for the end; 7200 unless given. The run goes on after it.',
  },
  'poll-interval': { type: 'string', value: 'SECONDS', help: 'How often to ask; 2 unless given.' },
  'worker-grace': {
    type: 'string',
    value: 'SECONDS',
    help: 'How long a run may wait for a worker before it is asked whether there is one; 30 unless given.',
  },
} as const satisfies OptionSpecs;

/** For commands that start a run. */
export const waitOptions = {
  wait: { type: 'boolean', help: 'Wait for the end, and exit as the run ended.' },
  ...patienceOptions,
} as const satisfies OptionSpecs;

/** In milliseconds. */
export interface Patience {
  timeout: number;
  pollInterval: number;
  workerGrace: number;
}

export function patienceOf(values: Values<typeof patienceOptions>): Patience {
  return {
    timeout: numberOf(values.timeout, '--timeout', 7200) * 1000,
    pollInterval: Math.max(0.1, numberOf(values['poll-interval'], '--poll-interval', 2)) * 1000,
    workerGrace: numberOf(values['worker-grace'], '--worker-grace', 30) * 1000,
  };
}
