import type { GuestRow } from '../../clients/proxmox/answers/cluster';
import { ProxmoxError } from '../../clients/proxmox/errors';
import type { PlanWorld, StorageFacts, Usage } from '../../domain/intent/checks/world';
import type { SettingValues } from '../../domain/settings/register';
import type { IntentReader } from './deps';

export interface ReadWorld {
  world: PlanWorld;
  guests: readonly GuestRow[];
  used: Usage;
}

const MEBIBYTE = 1024 ** 2;
const bridgeTypes = new Set(['bridge', 'OVSBridge']);

/**
 * What a cluster has, as far as plans are checked against it. A node that does not answer has no bridges and storages here: whatever is planned on
 * it is blocked in any case.
 * @param wantsVolumes whether ISO images and archives are looked for: lists of storages are slow.
 */
export async function readWorld(
  reader: IntentReader,
  settings: SettingValues,
  reserved: ReadonlyMap<number, string>,
  promised: PlanWorld['promised'],
  wantsVolumes: boolean,
  signal: AbortSignal,
): Promise<ReadWorld> {
  const [{ guests }, nodes] = await Promise.all([reader.clusterResources({ signal }), reader.nodes({ signal })]);
  const online = nodes.filter(node => node.status === 'online').map(node => node.node);
  const perNode = await Promise.all(online.map(node => readNode(reader, node, wantsVolumes, signal)));
  const world: PlanWorld = {
    nodes: nodes.map(({ node, status }) => ({ name: node, online: status === 'online' })),
    storages: perNode.flatMap(({ storages }) => storages),
    bridges: new Map(perNode.map(({ node, bridges }) => [node, bridges])),
    guests: guests.map(({ kind, vmid, node, name, template }) => ({ kind, vmid, node, name, template })),
    volumes: new Set(perNode.flatMap(({ volumes }) => volumes)),
    reservedVmids: reserved,
    promised,
    vmidRange: { from: settings.intent_vmid_from, to: settings.intent_vmid_to },
  };
  return { world, guests, used: usageOf(guests) };
}

interface NodeFacts {
  node: string;
  bridges: Set<string>;
  storages: StorageFacts[];
  volumes: string[];
}

async function readNode(reader: IntentReader, node: string, wantsVolumes: boolean, signal: AbortSignal): Promise<NodeFacts> {
  const call = { signal };
  try {
    const [network, storages] = await Promise.all([reader.nodeNetwork(node, call), reader.nodeStorages(node, call)]);
    const listed = storages.filter(({ content, active }) => active && content.some(kind => kind === 'iso' || kind === 'vztmpl'));
    const volumes = wantsVolumes
      ? await Promise.all(listed.map(({ storage }) => reader.storageContent(node, storage, {}, call)))
      : [];
    return {
      node,
      bridges: new Set(network.filter(({ type }) => bridgeTypes.has(type)).map(({ iface }) => iface)),
      storages: storages.map(({ storage, enabled, active, shared, content, avail }) => ({
        node,
        name: storage,
        enabled,
        active,
        shared,
        content,
        freeBytes: avail,
      })),
      volumes: volumes.flat().map(({ volid }) => volid),
    };
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
    signal.throwIfAborted();
    return { node, bridges: new Set(), storages: [], volumes: [] };
  }
}

function usageOf(guests: readonly GuestRow[]): Usage {
  const own = guests.filter(guest => !guest.template);
  const sum = (value: (guest: GuestRow) => number | null): number => own.reduce((total, guest) => total + (value(guest) ?? 0), 0);
  return {
    guests: own.length,
    vcpus: sum(guest => guest.maxcpu),
    memoryMib: Math.round(sum(guest => guest.maxmem) / MEBIBYTE),
    diskMib: Math.round(sum(guest => guest.maxdisk) / MEBIBYTE),
  };
}
