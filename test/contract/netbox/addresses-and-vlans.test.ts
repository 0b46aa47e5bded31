import { onEveryNetBox } from './support/netbox';
import { addresses, ids, makeAddress, makeInterface, makeMachine, makeSite, vlans } from './support/world';

onEveryNetBox('IP addresses', netbox => {
  it('hang on an interface, lower the case of names and know their family', async () => {
    const machine = await makeMachine(netbox());
    const nic = await makeInterface(netbox(), machine);
    const address = await makeAddress(netbox(), nic, { dns_name: 'Host.Example.ORG', status: 'dhcp', description: 'd' });
    expect(address).toMatchObject({
      family: { value: 4, label: 'IPv4' },
      status: { value: 'dhcp' },
      dns_name: 'host.example.org',
      assigned_object_type: 'virtualization.vminterface',
      assigned_object_id: nic.id,
      assigned_object: { id: nic.id, virtual_machine: { id: machine.id } },
      vrf: null,
      tenant: null,
      role: null,
      tags: [],
    });
    const v6 = await netbox().make(addresses, {
      address: `2001:DB8:${netbox()
        .unique('')
        .replaceAll(/[^0-9]/g, '')
        .slice(0, 4)}::1/64`,
    });
    expect(v6).toMatchObject({ family: { value: 6 }, address: expect.stringMatching(/^2001:db8:/) });
  });

  it('stand once in the global table, whatever the mask, and once in a VRF that wants it', async () => {
    const host = netbox().address();
    await netbox().make(addresses, { address: `${host}/24` });
    for (const again of [`${host}/24`, `${host}/32`]) {
      const refused = await netbox().api.post(`${addresses}/`, { address: again });
      expect(refused).toMatchObject({
        status: 400,
        body: { address: [`Duplicate IP address found in global table: ${host}/24`] },
      });
    }
    const vrf = await netbox().make('ipam/vrfs', { name: netbox().unique('vrf'), enforce_unique: true });
    await netbox().make(addresses, { address: `${host}/24`, vrf: vrf.id });
    const refused = await netbox().api.post(`${addresses}/`, { address: `${host}/24`, vrf: vrf.id });
    expect(refused).toMatchObject({
      status: 400,
      body: { address: [expect.stringContaining(`Duplicate IP address found in VRF `)] },
    });
    const loose = await netbox().make('ipam/vrfs', { name: netbox().unique('vrf'), enforce_unique: false });
    await netbox().make(addresses, { address: `${host}/24`, vrf: loose.id });
    await netbox().make(addresses, { address: `${host}/24`, vrf: loose.id });
  });

  it('that stand twice in one list are refused from 4.7 on, and nothing is written', async () => {
    if (netbox().minor < 7) return;
    const address = `${netbox().address()}/24`;
    const refused = await netbox().api.post(`${addresses}/`, [{ address }, { address }]);
    const fields = { address: [`Duplicate IP address found in global table: ${address}`] };
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ index: 1, errors: fields }] } });
    expect((await netbox().api.get(`${addresses}/?address=${address}`)).rows()).toEqual([]);
    const results = await netbox().client.bulkCreate(addresses, [{ address }, { address, description: 'again' }]);
    netbox().remember(addresses, ...results.flatMap(result => (result.ok ? [result.object] : [])));
    expect(results).toMatchObject([{ ok: true }, { ok: false, error: { kind: 'refused', fields } }]);
  });

  it('are no network or broadcast address when on an interface', async () => {
    const nic = await makeInterface(netbox(), await makeMachine(netbox()));
    const network = netbox()
      .address()
      .replace(/\.\d+$/, '');
    for (const last of [0, 255]) {
      const refused = await netbox().api.post(`${addresses}/`, {
        address: `${network}.${last}/24`,
        assigned_object_type: 'virtualization.vminterface',
        assigned_object_id: nic.id,
      });
      expect(refused.status).toBe(400);
    }
    expect((await netbox().api.post(`${addresses}/`, { address: 'garbage' })).status).toBe(400);
  });

  it('are found by VM, interface and address, with or without mask', async () => {
    const machine = await makeMachine(netbox());
    const nics = [await makeInterface(netbox(), machine), await makeInterface(netbox(), machine)];
    const made = [];
    for (const nic of nics) made.push(await makeAddress(netbox(), nic));
    const other = await makeAddress(netbox(), await makeInterface(netbox(), await makeMachine(netbox())));
    const [first, second] = made.map(row => String(row['address']));
    const found = async (query: string): Promise<number[]> =>
      ids((await netbox().api.get(`${addresses}/?fields=id&${query}`)).rows());
    expect(await found(`virtual_machine_id=${machine.id}`)).toEqual(ids(made));
    expect(await found(nics.map(({ id }) => `vminterface_id=${id}`).join('&'))).toEqual(ids(made));
    expect(await found(`address=${first}&address=${second}`)).toEqual(ids(made));
    expect(await found(`address=${first?.split('/')[0]}`)).toEqual([made[0]?.id]);
    expect(await found(`address=${first?.replace('/24', '/25')}`)).toEqual([]);
    expect(await found('address=garbage')).toEqual([]);
    expect(await found(`vrf_id=null&address=${first}`)).toEqual([made[0]?.id]);

    const { client } = netbox();
    expect(ids(await client.listByParents(addresses, 'vminterface_id', ids(nics), { fields: ['address'] }))).toEqual(ids(made));
    expect(ids(await client.listByParents(addresses, 'virtual_machine_id', [machine.id], { fields: ['address'] }))).toEqual(
      ids(made),
    );
    expect(ids(await client.listByIds(addresses, [other.id]))).toEqual([other.id]);
  });
});

onEveryNetBox('VLANs', netbox => {
  it('may stand twice at a site, and are found by number and site', async () => {
    const site = await makeSite(netbox());
    const made = [];
    for (const name of ['a', 'a']) made.push(await netbox().make(vlans, { name, vid: 321, site: site.id, status: 'active' }));
    expect(made[0]).toMatchObject({ vid: 321, site: { id: site.id }, group: null, status: { value: 'active', label: 'Active' } });
    expect((await netbox().api.get(`${vlans}/?site_id=${site.id}&vid=321`)).body).toMatchObject({ count: 2 });
    expect((await netbox().api.get(`${vlans}/?site_id=${site.id}&vid=322`)).body).toMatchObject({ count: 0 });
    const global = await netbox().make(vlans, { name: netbox().unique('vlan'), vid: 322 });
    const rows = (await netbox().api.get(`${vlans}/?site_id=null&vid=322&limit=1000`)).rows();
    expect(ids(rows)).toContain(global.id);
  });

  it.each([0, 4095])('cannot have number %d', async vid => {
    expect(await netbox().api.post(`${vlans}/`, { name: netbox().unique('vlan'), vid })).toMatchObject({
      status: 400,
      body: { vid: [expect.any(String)] },
    });
  });
});
