import { blocked, type Check, type Verdict } from './check';
import { storageNeeds, type StorageNeed } from './storage-needs';
import type { StorageFacts } from './world';

/** Every storage that the plan names exists on the node, is enabled and active, may hold what is put there, and has room for it. */
export const storageCheck: Check = {
  name: 'storage',
  run({ plan, live, template, world }) {
    if (!plan || plan.node === null) return [];
    const byStorage = new Map<string, StorageNeed[]>();
    for (const need of storageNeeds(plan, live, template))
      byStorage.set(need.storage, [...(byStorage.get(need.storage) ?? []), need]);
    return [...byStorage].flatMap(([name, needs]) => {
      const facts = world.storages.find(storage => storage.name === name && storage.node === plan.node);
      return facts
        ? problemsOf(facts, needs)
        : [blocked('storage_not_found', `The node ${plan.node ?? ''} has no storage ${name}. Name one that it has.`)];
    });
  },
};

function problemsOf(facts: StorageFacts, needs: readonly StorageNeed[]): Verdict[] {
  const { name, node, enabled, active, content, freeBytes } = facts;
  if (!enabled || !active) {
    const state = enabled ? 'is not active' : 'is disabled';
    return [blocked('storage_disabled', `The storage ${name} ${state} on ${node}. Bring it back, or name another one.`)];
  }
  const lacking = [...new Set(needs.map(need => need.content))].filter(kind => !content.includes(kind));
  const verdicts = lacking.map(kind =>
    blocked('storage_content', `The storage ${name} may not hold ${kind}. Allow it in Proxmox, or name another storage.`),
  );
  const bytes = needs.reduce((sum, need) => sum + need.bytes, 0);
  if (freeBytes === null || bytes <= freeBytes) return verdicts;
  return [
    ...verdicts,
    blocked(
      'storage_full',
      `The storage ${name} has ${inGibibytes(freeBytes)} GiB free, and ${inGibibytes(bytes)} GiB are needed. Make room, or name another storage.`,
    ),
  ];
}

const inGibibytes = (bytes: number): number => Math.round((bytes / 1024 ** 3) * 10) / 10;
