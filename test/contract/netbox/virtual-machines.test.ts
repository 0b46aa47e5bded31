import { onEveryNetBox } from './support/netbox';
import {
  addresses,
  clusters,
  disks,
  interfaces,
  machines,
  makeAddress,
  makeCluster,
  makeInterface,
  makeMachine,
  makeSite,
} from './support/world';

onEveryNetBox('virtual machines', netbox => {
  it('show choices as value and label, relations as objects, decimals as numbers, and counters', async () => {
    const cluster = await makeCluster(netbox());
    const role = await netbox().make('dcim/device-roles', {
      name: netbox().unique('role'),
      slug: netbox().unique('role'),
      color: '00ff00',
      vm_role: true,
    });
    const machine = await makeMachine(netbox(), {
      cluster: cluster.id,
      status: 'paused',
      start_on_boot: 'on',
      role: role.id,
      vcpus: 2.5,
      memory: 1024,
      disk: 10,
      serial: 's1',
      description: 'd',
      comments: 'c',
    });
    expect(machine).toMatchObject({
      status: { value: 'paused', label: 'Paused' },
      start_on_boot: { value: 'on', label: 'On' },
      cluster: { id: cluster.id, name: cluster['name'] },
      role: { id: role.id },
      site: null,
      device: null,
      platform: null,
      tenant: null,
      primary_ip: null,
      primary_ip4: null,
      primary_ip6: null,
      vcpus: 2.5,
      memory: 1024,
      disk: 10,
      serial: 's1',
      description: 'd',
      comments: 'c',
      tags: [],
      interface_count: 0,
      virtual_disk_count: 0,
    });
    expect(machine['last_updated']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/);
    const [listed] = (await netbox().api.get(`${clusters}/?id=${cluster.id}`)).rows();
    expect(listed).toMatchObject({
      virtualmachine_count: 1,
      device_count: 0,
      allocated_vcpus: 2.5,
      allocated_memory: 1024,
      allocated_disk: 10,
    });
  });

  it('have seven states and three ways to start', async () => {
    const path = `${machines}/${(await makeMachine(netbox())).id}/`;
    for (const status of ['offline', 'active', 'planned', 'staged', 'failed', 'decommissioning', 'paused']) {
      expect((await netbox().api.patch(path, { status })).body).toMatchObject({ status: { value: status } });
    }
    for (const start_on_boot of ['on', 'off', 'laststate']) {
      expect((await netbox().api.patch(path, { start_on_boot })).body).toMatchObject({ start_on_boot: { value: start_on_boot } });
    }
    expect(await netbox().api.patch(path, { status: 'running' })).toMatchObject({
      status: 400,
      body: { status: ['running is not a valid choice.'] },
    });
  });

  it('need a cluster, a site or a device', async () => {
    const refused = await netbox().api.post(`${machines}/`, { name: netbox().unique('vm') });
    expect(refused.status).toBe(400);
    const site = await makeSite(netbox());
    if (netbox().minor >= 6)
      expect(await netbox().make(machines, { name: netbox().unique('vm'), site: site.id })).toMatchObject({ cluster: null });
  });

  it('take the site of their cluster, and no other', async () => {
    const [home, away] = [await makeSite(netbox()), await makeSite(netbox())];
    const cluster = await makeCluster(netbox(), { scope_type: 'dcim.site', scope_id: home.id });
    expect(await makeMachine(netbox(), { cluster: cluster.id })).toMatchObject({ site: { id: home.id } });
    const refused = await netbox().api.post(`${machines}/`, { name: netbox().unique('vm'), cluster: cluster.id, site: away.id });
    expect(refused).toMatchObject({ status: 400, body: { cluster: [expect.stringContaining('not assigned to this site')] } });
  });

  it('may share a name in different clusters only', async () => {
    const name = netbox().unique('vm');
    const [one, two] = [await makeCluster(netbox()), await makeCluster(netbox())];
    await makeMachine(netbox(), { name, cluster: one.id });
    await makeMachine(netbox(), { name, cluster: two.id });
    const moved = await makeMachine(netbox(), { cluster: two.id });
    const refused = await netbox().api.patch(`${machines}/${moved.id}/`, { name: name.toUpperCase() });
    expect(refused).toMatchObject({
      status: 400,
      body: { __all__: [`Virtual machine name must be unique per cluster${netbox().minor >= 7 ? ' and tenant' : ''}.`] },
    });
  });

  it('sum up their disks, and accept no other total', async () => {
    const machine = await makeMachine(netbox());
    const created = await netbox().api.post(`${disks}/`, [
      { name: 'scsi0', virtual_machine: machine.id, size: 10_000, description: 'local-lvm' },
      { name: 'scsi1', virtual_machine: machine.id, size: 340 },
    ]);
    expect(created.status).toBe(201);
    expect(created.rows()[0]).toMatchObject({ size: 10_000, virtual_machine: { id: machine.id }, description: 'local-lvm' });
    const path = `${machines}/${machine.id}/`;
    expect((await netbox().api.get(path)).body).toMatchObject({ disk: 10_340, virtual_disk_count: 2 });
    expect(await netbox().api.patch(path, { disk: 5 })).toMatchObject({
      status: 400,
      body: { disk: ['The specified disk size (5) must match the aggregate size of assigned virtual disks (10340).'] },
    });
    expect((await netbox().api.patch(path, { disk: 10_340, memory: 1 })).status).toBe(200);
    const [first, second] = created.rows();
    await netbox().api.patch(`${disks}/`, [{ id: first?.id, size: 20_000 }]);
    expect((await netbox().api.get(path)).body).toMatchObject({ disk: 20_340 });
    await netbox().api.delete(`${disks}/`, [{ id: first?.id }, { id: second?.id }]);
    expect((await netbox().api.get(path)).body).toMatchObject({ disk: null, virtual_disk_count: 0 });
  });

  it('have disks and interfaces with names of their own', async () => {
    const machine = await makeMachine(netbox());
    await netbox().make(disks, { name: 'scsi0', virtual_machine: machine.id, size: 1 });
    await netbox().make(interfaces, { name: 'eth0', virtual_machine: machine.id });
    for (const [path, body] of [
      [disks, { name: 'scsi0', virtual_machine: machine.id, size: 1 }],
      [interfaces, { name: 'eth0', virtual_machine: machine.id }],
    ] as const) {
      const refused = await netbox().api.post(`${path}/`, body);
      expect(refused.status).toBe(400);
      expect(JSON.stringify(refused.body)).toMatch(/unique|already exists/);
    }
  });

  it('may have as primary only an address of their own interfaces, of the right family', async () => {
    const cluster = await makeCluster(netbox());
    const machine = await makeMachine(netbox(), { cluster: cluster.id });
    const other = await makeMachine(netbox(), { cluster: cluster.id });
    const path = `${machines}/${machine.id}/`;
    const own = await makeAddress(netbox(), await makeInterface(netbox(), machine));
    const foreign = await makeAddress(netbox(), await makeInterface(netbox(), other));
    const free = await netbox().make(addresses, { address: `${netbox().address()}/24` });

    for (const address of [foreign, free]) {
      const refused = await netbox().api.patch(path, { primary_ip4: address.id });
      expect(refused).toMatchObject({ status: 400, body: { primary_ip4: [expect.stringContaining('not assigned to this VM')] } });
    }
    const wrongFamily = await netbox().api.patch(path, { primary_ip6: own.id });
    expect(wrongFamily).toMatchObject({ status: 400, body: { primary_ip6: [expect.stringContaining('IPv6')] } });
    const set = await netbox().api.patch(`${machines}/`, [{ id: machine.id, primary_ip4: own.id }]);
    expect(set.rows()[0]).toMatchObject({ primary_ip4: { id: own.id, address: own['address'] }, primary_ip: { id: own.id } });

    const nic = await makeInterface(netbox(), other);
    const moved = await netbox().api.patch(`${addresses}/${own.id}/`, { assigned_object_id: nic.id });
    expect(moved.status).toBe(400);
    expect(JSON.stringify(moved.body)).toContain('primary IP');
    expect((await netbox().api.delete(`${addresses}/${own.id}/`)).status).toBe(204);
    expect((await netbox().api.get(path)).body).toMatchObject({ primary_ip4: null });
  });

  it('have types with defaults where the version has them', async () => {
    if (!netbox().session.capabilities.vmTypes)
      return expect(await makeMachine(netbox())).not.toHaveProperty('virtual_machine_type');
    const name = netbox().unique('type');
    const type = await netbox().make('virtualization/virtual-machine-types', { name, slug: name, default_memory: 512 });
    const machine = await makeMachine(netbox(), { virtual_machine_type: type.id });
    expect(machine).toMatchObject({ virtual_machine_type: { id: type.id, slug: name }, memory: 512 });
  });

  it('stay when a role or type that they use is to be deleted', async () => {
    const name = netbox().unique('role');
    const role = await netbox().make('dcim/device-roles', { name, slug: name, color: '00ff00', vm_role: true });
    await makeMachine(netbox(), { role: role.id });
    expect((await netbox().api.delete(`dcim/device-roles/${role.id}/`)).status).toBe(409);
  });
});
