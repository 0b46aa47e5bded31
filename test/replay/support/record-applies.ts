import { join } from 'node:path';
import type { IntentMergeView, IntentPlanView } from '../../../api/intent/schema';
import { workflowIds } from '../../../workflows/names';
import { branches, eventually, inside, valueOf } from '../../contract/netbox/support/branching';
import type { IntentLab } from '../../workflows/intent/support/intent-lab';
import { update } from '../../workflows/intent/support/intent-lab';
import { vm } from '../../workflows/reflection/support/guests';
import { saveHistory } from './save-history';

type Branch = Awaited<ReturnType<typeof makeBranch>>;

async function makeBranch({ person }: IntentLab, name: string, guest: string, memory: number) {
  const { id } = (await person.post(`${branches}/`, { name, custom_fields: { apply_to_proxmox: true } })).row();
  const branch = await eventually(async () => {
    const found = (await person.get(`${branches}/${id}/`)).row();
    return valueOf(found['status']) === 'ready' ? found : undefined;
  });
  const [shown] = (await person.get(`virtualization/virtual-machines/?name=${guest}`)).rows();
  await person.patch(`virtualization/virtual-machines/${shown?.id}/`, { memory }, inside(branch));
  return branch;
}

/** A branch that is merged through us, and one that somebody edited after its plan was read. The lab has a guest of the given name. */
export async function recordMergesHere(lab: IntentLab, into: string, guest: string): Promise<void> {
  const { world } = lab;
  const { id } = await world.api<{ id: string }>('POST', '/users', { username: 'engineer' });
  await world.api('POST', '/roles', { name: 'engineers', permissions: ['view', 'intent_update_vm'] });
  await world.api('POST', `/users/${id}/roles`, { role: 'engineers' });
  const { token } = await world.api<{ token: string }>('POST', `/users/${id}/tokens`, { name: 'recording' });
  const as = { authorization: `Bearer ${token}` };
  const planOf = (branch: Branch): Promise<IntentPlanView> =>
    world.api('POST', '/intent/plan', { branch_id: branch.id }, { prefer: 'wait=60', ...as });
  const merge = async (name: string, branch: Branch, { digest }: IntentPlanView): Promise<IntentMergeView> => {
    const body = { branch_id: branch.id, digest };
    const merged = await world.api<IntentMergeView>('POST', '/intent/merge', body, { prefer: 'wait=60', ...as });
    await world.client.workflow.getHandle(workflowIds.intentMerge(merged.id)).result();
    await saveHistory(world.client, join(into, `${name}.json`), workflowIds.intentMerge(merged.id));
    return merged;
  };
  const branch = await makeBranch(lab, 'merged here', guest, 1536);
  const merged = await merge('intent-merge-merged', branch, await planOf(branch));
  await world.awaitRun(merged.runId ?? '');

  const edited = await makeBranch(lab, 'edited', guest, 1600);
  const plan = await planOf(edited);
  const [shown] = (await lab.person.get(`virtualization/virtual-machines/?name=${guest}`)).rows();
  await lab.person.patch(`virtualization/virtual-machines/${shown?.id}/`, { memory: 1664 }, inside(edited));
  await merge('intent-merge-refused', edited, plan);
}

const MANY = 101;

/** A run of more guests than one history takes: the history that goes on in another one, and that other one. */
export async function recordManyGuests(lab: IntentLab, into: string): Promise<void> {
  const { world } = lab;
  const guests = Array.from({ length: MANY }, (_, n) => vm(1000 + n, `many-${n}`, { power: 'stopped' }));
  const cluster = await lab.writable('many', guests, { world: { seed: 'many' }, fields: { policy: { intent_most_percent: 0 } } });
  const run = await lab.apply(
    cluster,
    // As they are: each has its turn, and nothing is sent.
    guests.map(({ vmid }) => update(vmid ?? 0, { memory_mib: 1024 })),
  );
  const workflowId = workflowIds.intentApply(run.id);
  const histories = await eventually(async () => {
    const found: { runId: string; at: number }[] = [];
    for await (const { runId, startTime } of world.client.workflow.list({ query: `WorkflowId = '${workflowId}'` }))
      found.push({ runId, at: startTime.getTime() });
    return found.length === 2 ? found.sort((a, b) => a.at - b.at) : undefined;
  });
  const names = ['intent-apply-going-on', 'intent-apply-gone-on'];
  for (const [n, { runId }] of histories.entries()) {
    await saveHistory(world.client, join(into, `${names[n] ?? ''}.json`), workflowId, runId);
  }
}
