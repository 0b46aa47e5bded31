import { startNetBoxSimulator } from '../../../../simulators/netbox/server';

/** A NetBox that the suite runs against. Its administrator's token must be able to do everything. */
export interface RunningNetBox {
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
}

export interface Target {
  readonly name: string;
  start(): Promise<RunningNetBox>;
}

const simulators: Target[] = (['4.5', '4.6', '4.7'] as const).map(version => ({
  name: `simulator ${version}`,
  start: () => startNetBoxSimulator({ version }),
}));

/** The real one that the environment names: it may be shared, so the suite uses names of its own and cleans up. */
const real: Target[] = realNetBox(process.env['NETBOX_CONTRACT_URL'], process.env['NETBOX_CONTRACT_TOKEN']);

function realNetBox(url: string | undefined, token: string | undefined): Target[] {
  if (url === undefined || url === '' || token === undefined || token === '') return [];
  return [{ name: 'the real NetBox', start: () => Promise.resolve({ url, token, close: () => Promise.resolve() }) }];
}

export const targets: readonly Target[] = [...simulators, ...real];

/** Those with netbox-branching. The real NetBox must have it, too. */
export const branchingTargets: readonly Target[] = [
  ...(['4.6', '4.7'] as const).map(version => ({
    name: `simulator ${version} with branching`,
    start: () => startNetBoxSimulator({ version, branching: true }),
  })),
  ...real,
];
