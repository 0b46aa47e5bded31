import { join } from 'node:path';
import { workflowIds } from '../../../workflows/names';
import { eventually, inside, valueOf } from '../../contract/netbox/support/branching';
import { vm } from '../../workflows/reflection/support/guests';
import type { Cluster } from '../../workflows/reflection/support/lab';
import { startIntentLab, update, type Diff, type IntentLab } from '../../workflows/intent/support/intent-lab';
import { recordManyGuests, recordMergesHere } from './record-applies';
import { saveHistory } from './save-history';

const branches = 'plugins/branching/branches';
const guests = [100, 101, 102, 103, 104].map(vmid => vm(vmid, `guest-${vmid}`, { power: 'stopped' }));

/** One world in which changes of guests end in every way. */
export async function recordIntent(into: string): Promise<void> {
  const lab = await startIntentLab({ netbox: { branching: true }, env: { PROXBOX_INTENT_WATCH_SECONDS: '1' } });
  const save = (name: string, workflowId: string): Promise<void> =>
    saveHistory(lab.world.client, join(into, `${name}.json`), workflowId);
  try {
    await lab.switchIntent(true);
    const cluster = await lab.writable('recorded', guests, {
      fields: { policy: { intent_storage: 'ceph', intent_bridge: 'vmbr0' } },
    });
    const apply = async (name: string, diffs: Diff[], body: Record<string, unknown> = {}): Promise<void> => {
      const { id } = await lab.apply(cluster, diffs, body);
      await save(name, workflowIds.intentApply(id));
    };
    const saveGuest = (name: string, vmid: number): Promise<void> => save(name, workflowIds.guest(cluster.id, vmid));
    const memory = (mib: number, ...vmids: number[]): Diff[] => vmids.map(vmid => update(vmid, { memory_mib: mib }));

    const plan = await lab.planOf(cluster, memory(2048, 100));
    await save('intent-plan-ready', workflowIds.intentPlan(plan.id));
    const disks = [{ key: 'scsi0', size_mib: 12_288 }];
    const made: Diff = {
      op: 'create',
      kind: 'qemu',
      payload: { name: 'made', vmid: 200, node: 'recorded-01', cores: 1, memory_mib: 512, disks, nics: [{ key: 'net0' }] },
    };
    await apply('intent-apply-completed', [update(100, { memory_mib: 2048, disks }), made, ...memory(1024, 101)]);
    await saveGuest('guest-change-applied', 100);
    await saveGuest('guest-change-created', 200);
    await saveGuest('guest-change-unchanged', 101);

    const { world } = cluster.proxmox;
    const locked = await lab.planOf(cluster, memory(3072, 100, 101));
    world.changeGuest(101, { config: { lock: 'backup' } });
    await save('intent-apply-partial', workflowIds.intentApply((await lab.applyPlan(locked)).id));
    await saveGuest('guest-change-refused', 101);
    world.changeGuest(101, { remove: ['lock'] });

    await steer(lab, cluster, memory(4096, 100, 101, 102), 'cancel', id =>
      save('intent-apply-cancelled', workflowIds.intentApply(id)),
    );
    await steer(lab, cluster, memory(5120, 100, 101, 102), 'pause', async id => {
      await eventually(async () => ((await lab.runOf(id)).phase === 'paused' ? true : undefined));
      await lab.world.api('POST', `/runs/${id}/resume`);
      await lab.world.awaitRun(id);
      await save('intent-apply-paused', workflowIds.intentApply(id));
    });
    cluster.proxmox.faults.add({
      match: { method: 'PUT', pathPattern: '/qemu/103/config$' },
      when: 'before',
      action: { kind: 'status', status: 500, message: 'no space left' },
    });
    await apply('intent-apply-stopped', memory(2048, 103, 104), { stop_on_failure: true });
    await recordMerge(lab, save);
    await recordMergesHere(lab, into, 'guest-103');
    await recordManyGuests(lab, into);
    world.revokeToken(cluster.proxmox.tokens.read.tokenId);
    const failed = await lab.planOf(cluster, memory(2048, 104));
    await save('intent-plan-failed', workflowIds.intentPlan(failed.id));
    await apply('intent-apply-failed', memory(2048, 104));
  } finally {
    await lab.stop();
  }
}

/** Tells a run something while its second guest is written. */
async function steer(
  lab: IntentLab,
  { id: endpointId, proxmox }: Cluster,
  diffs: Diff[],
  verb: 'cancel' | 'pause',
  save: (run: string) => Promise<void>,
): Promise<void> {
  proxmox.faults.add({
    match: { method: 'PUT', pathPattern: '/qemu/101/config$' },
    when: 'before',
    action: { kind: 'delay', ms: 3_000 },
  });
  const since = proxmox.requests.list().at(-1)?.n ?? 0;
  const { id } = await lab.world.api<{ id: string }>('POST', '/intent/apply', { endpoint_id: endpointId, diffs });
  await eventually(async () =>
    proxmox.requests.list(since).some(({ method, path }) => method === 'PUT' && path.includes('/101/')) ? true : undefined,
  );
  await lab.world.api('POST', `/runs/${id}/${verb}`);
  if (verb === 'cancel') await lab.world.awaitRun(id);
  await save(id);
}

/** A branch that is merged in NetBox, what watches for it, and its run. */
async function recordMerge(lab: IntentLab, save: (name: string, workflowId: string) => Promise<void>): Promise<void> {
  const { world, person } = lab;
  const merger = await world.api<{ id: string }>('POST', '/users', { username: 'merger' });
  await world.api('POST', '/roles', { name: 'mergers', permissions: ['view', 'intent_update_vm'] });
  await world.api('POST', `/users/${merger.id}/roles`, { role: 'mergers' });
  await world.api('PUT', `/users/${merger.id}/netbox-link`, { netboxUsername: 'admin' }, { 'if-match': '*' });
  await eventually(async () => {
    const { rowCount } = await world.database.pool.query('select from branch_watch where first_event is not null');
    return rowCount === 1 ? true : undefined;
  });
  const { id } = (await person.post(`${branches}/`, { name: 'recorded', custom_fields: { apply_to_proxmox: true } })).row();
  const branchIn = (status: string) =>
    eventually(async () => {
      const branch = (await person.get(`${branches}/${id}/`)).row();
      return valueOf(branch['status']) === status ? branch : undefined;
    });
  const branch = await branchIn('ready');
  const shown = await lab.vmNamed('guest-104');
  await person.patch(`virtualization/virtual-machines/${shown.id}/`, { memory: 3072 }, inside(branch));
  await person.post(`${branches}/${id}/merge/`, { commit: true });
  const run = await eventually(async () => {
    const { rows } = await world.database.pool.query<{ run_id: string }>(
      'select run_id from intent_plan where run_id is not null and branch_id = $1',
      [id],
    );
    return rows[0]?.run_id;
  });
  await world.awaitRun(run);
  await save('intent-apply-of-a-merge', workflowIds.intentApply(run));
  const { info } = await world.client.schedule.getHandle(workflowIds.watch).describe();
  const watching = info.runningActions.at(-1) ?? info.recentActions.at(-1)?.action;
  await save('watch-with-a-merge', watching?.workflow.workflowId ?? '');
}
