import { onEveryNetBox } from './support/netbox';
import { ids, interfaces, macs, makeAddress, makeCluster, makeInterface, makeMachine, makeSite, vlans } from './support/world';

const onInterface = (id: number) => ({ assigned_object_type: 'virtualization.vminterface', assigned_object_id: id });

onEveryNetBox('MAC addresses', netbox => {
  it('are objects of their own, in one notation, and may stand twice', async () => {
    const nic = await makeInterface(netbox(), await makeMachine(netbox()));
    const mac = netbox().macAddress();
    for (const notation of [mac.toLowerCase(), mac.replaceAll(':', '-')]) {
      const made = await netbox().make(macs, { mac_address: notation, ...onInterface(nic.id) });
      expect(made).toMatchObject({ mac_address: mac, ...onInterface(nic.id), assigned_object: { id: nic.id } });
      if (netbox().minor >= 7) expect(made).toHaveProperty('is_primary', false);
      else expect(made).not.toHaveProperty('is_primary');
    }
    expect((await netbox().api.get(`${macs}/?vminterface_id=${nic.id}`)).body).toMatchObject({ count: 2 });
    expect((await netbox().api.get(`${macs}/?mac_address=${mac.toLowerCase()}`)).body).toMatchObject({ count: 2 });
    expect((await netbox().api.get(`${interfaces}/${nic.id}/`)).body).toMatchObject({
      mac_address: null,
      primary_mac_address: null,
    });
    const refused = await netbox().api.post(`${macs}/`, { mac_address: 'garbage' });
    expect(refused).toMatchObject({ status: 400, body: { mac_address: [expect.any(String)] } });
  });

  it('become primary on their own interface', async () => {
    const machine = await makeMachine(netbox());
    const [nic, other] = [await makeInterface(netbox(), machine), await makeInterface(netbox(), machine)];
    const [own, foreign] = [
      await netbox().make(macs, { mac_address: netbox().macAddress(), ...onInterface(nic.id) }),
      await netbox().make(macs, { mac_address: netbox().macAddress(), ...onInterface(other.id) }),
    ];
    const path = `${interfaces}/${nic.id}/`;
    expect(await netbox().api.patch(path, { primary_mac_address: foreign.id })).toMatchObject({ status: 400 });
    expect((await netbox().api.patch(path, { primary_mac_address: own.id })).body).toMatchObject({
      mac_address: own['mac_address'],
      primary_mac_address: { id: own.id, mac_address: own['mac_address'] },
      mac_addresses: [{ id: own.id }],
    });
    if (netbox().minor >= 7) {
      expect((await netbox().api.get(`${macs}/${own.id}/`)).body).toHaveProperty('is_primary', true);
      const elsewhere = `MAC address ${String(foreign['mac_address'])} is assigned to a different interface (${String(other['name'])}).`;
      expect((await netbox().api.patch(path, { primary_mac_address: foreign.id })).body).toEqual({ __all__: [elsewhere] });
      const free = await netbox().make(macs, { mac_address: netbox().macAddress() });
      const words = 'Only a MAC address assigned to this interface can be its primary MAC address.';
      expect((await netbox().api.patch(path, { primary_mac_address: free.id })).body).toEqual({ __all__: [words] });
    }
  });

  it('that belong to nobody are taken by a new interface whose primary they are', async () => {
    const machine = await makeMachine(netbox());
    const mac = await netbox().make(macs, { mac_address: netbox().macAddress() });
    const nic = await makeInterface(netbox(), machine, { primary_mac_address: mac.id });
    expect((await netbox().api.get(`${interfaces}/${nic.id}/`)).body).toMatchObject({
      mac_address: mac['mac_address'],
      mac_addresses: [{ id: mac.id }],
    });
    expect((await netbox().api.get(`${macs}/${mac.id}/`)).body).toMatchObject(onInterface(nic.id));
  });

  it('may be written on the interface from 4.7 on; before that they are ignored', async () => {
    const machine = await makeMachine(netbox());
    const mac = netbox().macAddress();
    const nic = await makeInterface(netbox(), machine, { mac_address: mac.toLowerCase() });
    if (!netbox().session.capabilities.interfaceMacWritable)
      return expect(nic).toMatchObject({ mac_address: null, mac_addresses: [] });
    expect(nic).toMatchObject({
      mac_address: mac,
      primary_mac_address: { mac_address: mac },
      mac_addresses: [{ mac_address: mac }],
    });
    const path = `${interfaces}/${nic.id}/`;
    const second = netbox().macAddress();
    const changed = (await netbox().api.patch(path, { mac_address: second })).row();
    expect(changed['mac_address']).toBe(second);
    expect(changed['mac_addresses']).toHaveLength(2);
    expect((await netbox().api.patch(path, { mac_address: mac })).row()['mac_addresses']).toHaveLength(2);
    expect((await netbox().api.patch(path, { mac_address: null })).body).toMatchObject({
      mac_address: null,
      primary_mac_address: null,
    });
    expect((await netbox().api.patch(path, { mac_address: 'garbage' })).body).toEqual({
      mac_address: ['Enter a valid MAC address (e.g. 00:11:22:33:44:55).'],
    });
  });

  it('are found by several interfaces, and by the VM through them', async () => {
    const machine = await makeMachine(netbox());
    const nics = [await makeInterface(netbox(), machine), await makeInterface(netbox(), machine)];
    const made = [];
    for (const nic of nics) made.push(await netbox().make(macs, { mac_address: netbox().macAddress(), ...onInterface(nic.id) }));
    const { client } = netbox();
    expect(ids(await client.listByParents(macs, 'vminterface_id', ids(nics), { fields: ['mac_address'] }))).toEqual(ids(made));
    expect(ids(await client.listByParents(macs, 'virtual_machine_id', [machine.id], { fields: ['mac_address'] }))).toEqual(
      ids(made),
    );
  });
});

onEveryNetBox('VM interfaces', netbox => {
  it('have a VM, a state, an MTU, a mode and counters', async () => {
    const machine = await makeMachine(netbox());
    const nic = await makeInterface(netbox(), machine, {
      name: 'eth0',
      enabled: false,
      mtu: 1500,
      mode: 'tagged',
      description: 'd',
    });
    expect(nic).toMatchObject({
      name: 'eth0',
      virtual_machine: { id: machine.id },
      enabled: false,
      mtu: 1500,
      mode: { value: 'tagged', label: 'Tagged' },
      description: 'd',
      vrf: null,
      untagged_vlan: null,
      tagged_vlans: [],
      bridge: null,
      count_ipaddresses: 0,
      custom_fields: expect.any(Object),
      tags: [],
    });
    await makeAddress(netbox(), nic);
    expect((await netbox().api.get(`${interfaces}/${nic.id}/`)).body).toMatchObject({ count_ipaddresses: 1 });
    expect((await netbox().api.get(`virtualization/virtual-machines/${machine.id}/`)).body).toMatchObject({ interface_count: 1 });
  });

  it('may use VLANs of their VM’s site, or of none', async () => {
    const [home, away] = [await makeSite(netbox()), await makeSite(netbox())];
    const cluster = await makeCluster(netbox(), { scope_type: 'dcim.site', scope_id: home.id });
    const machine = await makeMachine(netbox(), { cluster: cluster.id });
    const vlan = (vid: number, site?: number) =>
      netbox().make(vlans, { name: netbox().unique('vlan'), vid, ...(site === undefined ? {} : { site }) });
    const [global, local, foreign] = [await vlan(10), await vlan(11, home.id), await vlan(12, away.id)];
    const nic = await makeInterface(netbox(), machine, { mode: 'access', untagged_vlan: global.id });
    expect(nic).toMatchObject({ mode: { value: 'access' }, untagged_vlan: { id: global.id, vid: 10 } });
    const path = `${interfaces}/${nic.id}/`;
    expect((await netbox().api.patch(path, { untagged_vlan: local.id })).status).toBe(200);
    const name = String(foreign['name']);
    expect(await netbox().api.patch(path, { untagged_vlan: foreign.id })).toMatchObject({
      status: 400,
      body: {
        untagged_vlan: [
          `The untagged VLAN (${name} (12)) must belong to the same site as the interface's parent virtual machine, or it must be global.`,
        ],
      },
    });
    expect(
      (await netbox().api.patch(path, { mode: 'tagged', tagged_vlans: [global.id, local.id] })).row()['tagged_vlans'],
    ).toHaveLength(2);
  });

  it('drop an untagged VLAN silently when they have no mode', async () => {
    const machine = await makeMachine(netbox());
    const vlan = await netbox().make(vlans, { name: netbox().unique('vlan'), vid: 10 });
    const nic = await makeInterface(netbox(), machine, { untagged_vlan: vlan.id });
    expect(nic).toMatchObject({ mode: null, untagged_vlan: null });
    expect((await netbox().api.patch(`${interfaces}/${nic.id}/`, { mode: 'access', untagged_vlan: vlan.id })).body).toMatchObject(
      {
        untagged_vlan: { id: vlan.id },
      },
    );
    expect((await netbox().api.patch(`${interfaces}/${nic.id}/`, { mode: null })).body).toMatchObject({
      mode: null,
      untagged_vlan: null,
    });
  });

  it('refuse a mode or an MTU that does not exist', async () => {
    const machine = await makeMachine(netbox());
    for (const [field, value] of [
      ['mode', 'nope'],
      ['mtu', 0],
      ['name', ''],
    ]) {
      const refused = await netbox().api.post(`${interfaces}/`, {
        name: 'eth0',
        virtual_machine: machine.id,
        [String(field)]: value,
      });
      expect(refused).toMatchObject({ status: 400, body: { [String(field)]: [expect.any(String)] } });
    }
  });
});
