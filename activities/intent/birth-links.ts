import type { StoredGuestChange } from '../../database/repositories/intent/changes';
import type { LiveGuest } from '../../domain/intent/plan/live';
import { liveEvidence, liveName } from '../../domain/intent/plan/live';
import { guestKey } from '../../domain/reflection/inventory';
import type { IntentDeps } from './deps';

type Birth = Pick<StoredGuestChange, 'endpointId' | 'kind' | 'vmid' | 'netboxId' | 'runId' | 'plan' | 'id' | 'name'>;

const keyOf = ({ kind, vmid }: Birth): string => guestKey({ kind, vmid: vmid ?? 0 });

/** Before its first call: a sync that meets the new guest shows it by the virtual machine that asked for it, and makes no second one. */
export async function linkBirth({ store }: IntentDeps, birth: Birth): Promise<void> {
  const { endpointId, netboxId, runId } = birth;
  if (endpointId === null || netboxId === null || runId === null) return;
  const known = (await store.loadLinks(endpointId)).get('virtual-machine')?.get(keyOf(birth));
  if (known?.netboxId === netboxId) return;
  await store.saveLinks(endpointId, runId, [
    { kind: 'virtual-machine', key: keyOf(birth), netboxId, values: {}, created: false },
  ]);
}

/** The new guest exists: it is known by its evidence from now on, and its parts by what shows them. */
export async function rememberBirth({ store }: IntentDeps, birth: Birth, live: LiveGuest): Promise<void> {
  const { endpointId, runId, plan, id, vmid, kind, name } = birth;
  if (endpointId === null || vmid === null) return;
  const evidence = liveEvidence(live);
  const given = { sourceName: liveName(live), givenName: name };
  await store.transaction(async tx => {
    await tx.saveGuests(endpointId, [{ kind, vmid, evidence, confirmedEvidence: evidence, state: 'proven', ...given }]);
    if (runId !== null && plan) {
      const links = plan.links.map(link => ({
        kind: link.kind,
        key: `${keyOf(birth)}/${link.key}`,
        netboxId: link.netboxId,
        values: {},
        created: false,
      }));
      await tx.saveLinks(endpointId, runId, links);
    }
    await tx.releaseReservation(id);
  });
}

/** There is no such guest: its VMID is free again. */
export async function forgetBirth({ store }: IntentDeps, birth: Birth): Promise<void> {
  const { endpointId, id } = birth;
  if (endpointId === null) return;
  await store.transaction(async tx => {
    await tx.releaseHold(id, 'superseded');
    await tx.forgetLinks(endpointId, [{ kind: 'virtual-machine', key: keyOf(birth) }]);
    await tx.releaseReservation(id);
  });
}
