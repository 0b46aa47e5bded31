import { type RunningNetBox, startNetBoxSimulator } from '../../../simulators/netbox/server';
import { type ProxmoxSimulator, startProxmoxSimulator } from '../../../simulators/proxmox/simulator';
import { seedDeletion } from '../../api/support/seed-deletion';
import { startSyncWorld, type SyncWorld } from '../../support/sync-world';

/** A world in which every page has something to show. */
export interface BusyWorld {
  world: SyncWorld;
  /** What pages are about, by the names that their addresses give it. */
  ids: Readonly<Record<'runs' | 'dryRun' | 'intent' | 'deletions' | 'endpoints' | 'schedules' | 'users' | 'roles', string>>;
  close(): Promise<void>;
}

/** Two clusters, of which one has 120 guests, one that cannot be reached, and what people add: schedules, users, roles, settings. */
export async function startBusyWorld(password: string): Promise<BusyWorld> {
  const netbox: RunningNetBox = await startNetBoxSimulator({ version: '4.6' });
  const proxmox: ProxmoxSimulator[] = [
    await startProxmoxSimulator({ world: { guests: 120, nodes: 3, clusterName: 'berlin', networkPrefix: '10.44' } }),
    await startProxmoxSimulator({ world: { guests: 12, nodes: 1, clusterName: 'hamburg', networkPrefix: '10.45' } }),
    await startProxmoxSimulator({ world: { guests: 1, nodes: 1, clusterName: 'gone', networkPrefix: '10.46' } }),
  ];
  const [berlin, hamburg, gone] = proxmox;
  if (berlin === undefined || hamburg === undefined || gone === undefined) throw new Error('A simulator did not start.');
  const world = await startSyncWorld(netbox, { PROXBOX_ADMIN_PASSWORD: password, PROXBOX_SYNC_TEMPLATES: 'true' });
  await world.startWorker();
  const { id: endpoints } = await world.addEndpoint('Berlin', berlin);
  await world.addEndpoint('Hamburg with a name that is as long as names of data centres tend to be', hamburg);
  const planned = await world.sync({ dryRun: true });
  await world.sync();
  await world.sync();
  const away = await world.addEndpoint('Munich', gone);
  await gone.close();
  const failed = await world.sync({ endpoints: [away.id] });

  type Made = { id: string };
  const role = { name: 'Night shift', description: 'Starts what did not start by itself.', permissions: ['view', 'run_sync'] };
  const { id: roles } = await world.api<Made>('POST', '/roles', role);
  const mia = await world.api<Made>('POST', '/users', { username: 'mia', displayName: 'Mia Sommer', email: 'mia@example.com' });
  await world.api('POST', `/users/${mia.id}/roles`, { role: 'Night shift', endpoint: endpoints });
  await world.api('POST', `/users/${mia.id}/tokens`, { name: 'cron on mgmt1' });
  await world.api('PATCH', '/settings', { overwrite_vm_tags: false, plan_change_limit_percent: 70 }, { 'if-match': '*' });
  await world.api('PATCH', `/endpoints/${endpoints}`, { policy: { overwrite_vm_description: false } }, { 'if-match': '*' });
  const told = { kind: 'mail', name: 'Network team', recipients: ['noc@example.com'], subscriptions: [{ event: 'run-failed' }] };
  await world.api('POST', '/notifications/targets', told);
  const diff = { op: 'update', kind: 'qemu', payload: { vmid: 100, memory_mib: 4_096 } };
  const plan = await world.api<Made>('POST', '/intent/plan', { endpoint_id: endpoints, diffs: [diff] }, { prefer: 'wait=30' });
  const unwanted = { vmid: 101, name: 'db-test-0002', endpoint_name: 'Berlin' };
  const deletion = await seedDeletion(world.database.pool, endpoints, unwanted, { id: mia.id, name: 'mia' });
  return {
    world,
    ids: {
      runs: failed.id,
      dryRun: planned.id,
      intent: plan.id,
      deletions: deletion.id,
      endpoints,
      schedules: '',
      users: mia.id,
      roles,
    },
    close: async () => {
      await world.stop();
      for (const each of [berlin, hamburg]) await each.close();
      await netbox.close();
    },
  };
}
