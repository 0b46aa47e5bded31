import { updateOfBorn } from '../../domain/intent/changes/born';
import type { GuestChange, GuestCreate } from '../../domain/intent/changes/guest-change';
import { guestKey } from '../../domain/reflection/inventory';
import type { ReflectionKindName } from '../../domain/reflection/kind-names';
import type { IntentDeps } from './deps';
import type { ReadWorld } from './world';

/** A change with its place in the plan. */
export interface Numbered {
  seq: number;
  change: GuestChange;
}

type Store = Pick<IntentDeps['store'], 'linksOfObjects'>;

/** A new virtual machine that shows a guest of the cluster already was applied before: it is planned as the guest that it is. */
export async function recogniseBorn(
  store: Store,
  endpointId: string,
  { guests }: Pick<ReadWorld, 'guests'>,
  changes: readonly Numbered[],
): Promise<Numbered[]> {
  const creates = changes.flatMap(({ change }) => (change.op === 'create' ? [change] : []));
  const ids = creates.flatMap(({ guest }) => guest.netboxId ?? []);
  if (ids.length === 0) return [...changes];
  const [vms, interfaceKeys, diskKeys] = await Promise.all([
    keysOf(store, endpointId, 'virtual-machine', ids),
    keysOf(store, endpointId, 'interface', partIds(creates, 'interfaces')),
    keysOf(store, endpointId, 'virtual-disk', partIds(creates, 'disks')),
  ]);
  const live = new Map<string, (typeof guests)[number]>(guests.map(guest => [guestKey(guest), guest]));
  return changes.map(({ seq, change }) => {
    const key = change.op === 'create' && change.guest.netboxId !== null ? vms.get(change.guest.netboxId) : undefined;
    const found = key === undefined ? undefined : live.get(key);
    if (change.op !== 'create' || found === undefined) return { seq, change };
    const { kind, vmid } = found;
    return {
      seq,
      change: updateOfBorn(change, { kind, vmid, interfaceKeys: inGuest(interfaceKeys), diskKeys: inGuest(diskKeys) }),
    };
  });
}

const partIds = (creates: readonly GuestCreate[], parts: 'interfaces' | 'disks'): number[] =>
  creates.flatMap(create => create[parts].flatMap(({ netboxId }) => netboxId ?? []));

async function keysOf(
  store: Store,
  endpointId: string,
  kind: ReflectionKindName,
  ids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const links = ids.length === 0 ? [] : await store.linksOfObjects(kind, ids);
  return new Map(links.filter(link => link.endpointId === endpointId).map(({ netboxId, key }) => [netboxId, key]));
}

/** `qemu/100/net0` is `net0` in the guest's configuration. */
const inGuest = (keys: ReadonlyMap<number, string>): Map<number, string> =>
  new Map([...keys].map(([id, key]) => [id, key.split('/').slice(2).join('/')]));
