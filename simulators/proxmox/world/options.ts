import type { Storage } from '../state';

/** What a world is made of; the same options give the same world, byte for byte. */
export interface WorldOptions {
  seed?: number | string;
  /** 0 to 10,000. */
  guests?: number;
  /** 1 to 40; always 1 for a standalone host. */
  nodes?: number;
  /** Null: a standalone host. */
  clusterName?: string | null;
  /** Name of the standalone host. */
  standaloneNode?: string;
  /** Names of the cluster's nodes, instead of `<cluster>-01` and so on; their number wins over `nodes`. */
  nodeNames?: string[];
  /** The lowest VMID. */
  vmidStart?: number;
  /** First two octets of all IPv4 addresses; give two worlds different ones to keep them apart. */
  networkPrefix?: string;
  /** Instead of the usual storages. */
  storages?: Storage[];
  /** Every n-th guest repeats the address of the one before it; 0 for none. */
  duplicateAddressEvery?: number;
}

export interface CompleteWorldOptions {
  seed: string;
  guests: number;
  nodeNames: string[];
  clusterName: string | null;
  vmidStart: number;
  networkPrefix: string;
  storages?: Storage[];
  duplicateAddressEvery: number;
}

/** @throws RangeError */
export function completeOptions(options: WorldOptions): CompleteWorldOptions {
  const {
    guests = 60,
    nodes = 3,
    clusterName = 'lab',
    standaloneNode = 'pve',
    vmidStart = 100,
    networkPrefix = '10.20',
  } = options;
  if (!Number.isInteger(guests) || guests < 0 || guests > 10_000) throw new RangeError('guests must be 0 to 10,000');
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > 40) throw new RangeError('nodes must be 1 to 40');
  if (!/^\d{1,3}\.\d{1,3}$/.test(networkPrefix)) throw new RangeError('networkPrefix must be two octets, such as 10.20');
  const made = Array.from({ length: nodes }, (_, i) => `${clusterName ?? ''}-${String(i + 1).padStart(2, '0')}`);
  return {
    seed: String(options.seed ?? 1),
    guests,
    nodeNames: clusterName === null ? [standaloneNode] : (options.nodeNames ?? made),
    clusterName,
    vmidStart,
    networkPrefix,
    duplicateAddressEvery: options.duplicateAddressEvery ?? 0,
    ...(options.storages === undefined ? {} : { storages: options.storages }),
  };
}
