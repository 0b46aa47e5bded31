import { nicOf, vm } from './support/guests';
import { finding, startLab, type Lab } from './support/lab';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ netbox: { pluginProxbox: true } });
});
afterAll(() => lab.stop());
beforeEach(() => lab.fresh());

test('writing beside the Proxbox plugin needs the word that its jobs are off', async () => {
  const home = await lab.cluster('lab', [vm(100, 'web')]);

  const stopped = await lab.sync(home);
  expect(stopped).toMatchObject({ state: 'awaiting_confirmation', reason: 'other-tool-active', writes: [] });
  expect(stopped.message).toContain('switch its sync jobs off');
  expect(await lab.confirm(stopped)).toMatchObject({ state: 'awaiting_confirmation', reason: 'other-tool-active', writes: [] });

  await lab.change(home, { policy: { other_tool_disabled: true } });
  expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
  expect(await lab.vmNamed('web')).toMatchObject({ status: { value: 'active' } });
});

test('its own table tells which VM shows which guest, whatever the VM is called', async () => {
  const type = (await lab.person.post('virtualization/cluster-types/', { name: 'Cluster', slug: 'cluster' })).row();
  const cluster = (await lab.person.post('virtualization/clusters/', { name: 'lab', type: type.id })).row();
  const machine = (await lab.person.post('virtualization/virtual-machines/', { name: 'shop front', cluster: cluster.id })).row();
  const other = (await lab.person.post('virtualization/virtual-machines/', { name: 'db front', cluster: cluster.id })).row();
  const state = (vmid: number, id: number, proxmoxCluster: string) =>
    lab.person.post('plugins/proxbox/sync-state/virtual-machines/', {
      virtual_machine: id,
      proxmox_vm_id: vmid,
      proxmox_vm_type: 'qemu',
      proxmox_cluster: proxmoxCluster,
    });
  expect((await state(100, machine.id, 'lab')).status).toBe(201);
  expect((await state(101, other.id, 'another cluster')).status).toBe(201);
  const home = await lab.cluster('lab', [vm(100, 'web'), vm(101, 'db', { nics: [nicOf(301)] })], {
    fields: { policy: { other_tool_disabled: true } },
  });

  const stopped = await lab.sync(home);
  expect(stopped).toMatchObject({
    state: 'awaiting_confirmation',
    reason: 'first-run-review',
    report: { matched: { 'proxbox-plugin': 1 } },
  });
  expect(finding(stopped, 'matched')).toMatchObject({ key: 'qemu/100' });
  expect(await lab.confirm(stopped)).toMatchObject({ state: 'completed' });

  const names = (await lab.rows('virtualization/virtual-machines/')).map(row => row['name']).sort();
  expect(names).toEqual(['db', 'db front', 'shop front']);
  expect(await lab.vmNamed('shop front')).toMatchObject({ id: machine.id, custom_fields: { proxmox_vm_id: 100 } });
});
