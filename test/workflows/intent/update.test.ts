import { vm } from '../reflection/support/guests';
import { startIntentLab, update, type IntentLab } from './support/intent-lab';

jest.setTimeout(120_000);

let lab: IntentLab;

beforeAll(async () => {
  lab = await startIntentLab();
  await lab.switchIntent(true);
});
afterAll(() => lab.stop());

test('cores, memory, a disk, a card and tags of a stopped guest end as wanted, read back', async () => {
  const cluster = await lab.writable('alpha', [vm(100, 'web', { power: 'stopped' }), vm(101, 'other')]);
  const shown = await lab.vmNamed('web');
  const run = await lab.apply(cluster, [
    update(
      100,
      {
        cores: 4,
        memory_mib: 2048,
        tags: ['blue'],
        description: 'Front end',
        disks: [{ key: 'scsi0', size_mib: 10_240 }],
        nics: [{ key: 'net0', vlan: 20 }],
      },
      { netbox_id: shown.id },
    ),
  ]);
  expect(run).toMatchObject({ kind: 'intent-apply', state: 'completed', message: '1 applied.' });
  expect(run.intent).toMatchObject({ overall: 'succeeded', results: [{ vmid: 100, state: 'applied', status: 'succeeded' }] });
  const { config } = cluster.proxmox.world.guest(100);
  expect(config).toMatchObject({ cores: 4, memory: '2048', tags: 'blue', description: 'Front end' });
  expect(config['scsi0']).toContain('size=10G');
  expect(config['net0']).toMatch(/^virtio=BC:24:11:00:\S+,bridge=vmbr0,tag=20$/);
  expect(lab.writesOf(cluster).filter(call => call.includes('/101'))).toEqual([]);

  const stamped = await lab.vmNamed('web');
  expect(stamped['custom_fields']).toMatchObject({ proxbox_last_apply_run_id: run.id });

  // It was reflected with the run.
  expect(await lab.sync(cluster)).toMatchObject({ state: 'completed', writes: [] });

  const { items } = await lab.world.api<{ items: { actor: unknown; phase: string }[] }>(
    'GET',
    `/audit?action=guest.write&runId=${run.id}`,
  );
  const actors = items.filter(({ phase }) => phase === 'intent').map(({ actor }) => actor);
  expect(actors.length).toBeGreaterThan(0);
  for (const actor of actors)
    expect(actor).toMatchObject({ kind: 'service', name: 'api-key:environment', authenticatedBy: 'run' });

  const plan = await lab.planOf(cluster, [update(100, { cores: 4, memory_mib: 2048, tags: ['blue'] })]);
  expect(plan).toMatchObject({ state: 'ready', permitted: true, changes: [{ calls: [], fields: [] }] });
  expect(lab.writesOf(cluster)).toEqual([]);
});
