import { parseArgs } from 'node:util';
import { environment } from './environment';

export const usage = `usage: npm run bench -- [--guests 1000] [--nodes N] [--repeat 1] [--json] [--timeline]
                        [--netbox-version 4.7] [--netbox-cost-ms 10] [--bare-lanes 1] [--second-syncs 3]
Measures a first and a second sync beside a bare bulk loader and a bare reader of the same objects, each on a clean NetBox.
NetBox is simulated, each written object costing --netbox-cost-ms, unless NETBOX_URL and NETBOX_TOKEN name a real one; then
BENCH_NETBOX_RESET must be a shell command that empties it. EVERYTHING IN IT IS LOST. BENCH_NETBOX_CPU may be one that prints how many
processor seconds it has used so far: on a busy machine they tell more than the clock.`;

export interface BenchOptions {
  guests: number;
  nodes: number;
  repeat: number;
  json: boolean;
  /** Print when each request of the product to NetBox began and how long it took. */
  timeline: boolean;
  netboxVersion: string;
  /** Milliseconds that the simulated NetBox needs per written object; a real one needs 40 to 90. */
  netboxCostMs: number;
  /** Second syncs and bare readings in a round, in turn; the median counts. */
  secondSyncs: number;
  /** Requests at once of the bare loader and the bare reader. */
  bareLanes: number;
  netbox: { kind: 'simulated' } | RealNetBox;
}

export interface RealNetBox {
  kind: 'real';
  url: string;
  token: string;
  resetCommand: string;
  cpuCommand: string | undefined;
}

/** @throws Error with the usage for options that cannot be used. */
export function readOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      guests: { type: 'string', default: '1000' },
      nodes: { type: 'string' },
      repeat: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      timeline: { type: 'boolean', default: false },
      'netbox-version': { type: 'string', default: '4.7' },
      'netbox-cost-ms': { type: 'string', default: '10' },
      'bare-lanes': { type: 'string', default: '1' },
      'second-syncs': { type: 'string', default: '3' },
    },
  });
  const guests = whole('guests', values.guests, 1);
  return {
    guests,
    nodes: values.nodes === undefined ? Math.min(40, Math.max(3, Math.ceil(guests / 250))) : whole('nodes', values.nodes, 1),
    repeat: whole('repeat', values.repeat, 1),
    json: values.json,
    timeline: values.timeline,
    netboxVersion: values['netbox-version'],
    netboxCostMs: whole('netbox-cost-ms', values['netbox-cost-ms'], 0),
    secondSyncs: whole('second-syncs', values['second-syncs'], 1),
    bareLanes: whole('bare-lanes', values['bare-lanes'], 1),
    netbox: netboxOf(environment),
  };
}

function netboxOf(env: typeof environment): BenchOptions['netbox'] {
  const { NETBOX_URL: url, NETBOX_TOKEN: token, BENCH_NETBOX_RESET: resetCommand, BENCH_NETBOX_CPU: cpuCommand } = env;
  if (!url) return { kind: 'simulated' };
  if (!token || !resetCommand) throw new Error(`NETBOX_URL needs NETBOX_TOKEN and BENCH_NETBOX_RESET.\n\n${usage}`);
  return { kind: 'real', url, token, resetCommand, cpuCommand };
}

function whole(name: string, text: string, min: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min) throw new Error(`--${name} must be a whole number from ${min}.\n\n${usage}`);
  return value;
}
