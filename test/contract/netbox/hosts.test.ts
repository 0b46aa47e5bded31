import { onEveryNetBox } from './support/netbox';
import { clusters, ids, machines, makeCluster, makeMachine, makeSite, sites } from './support/world';

onEveryNetBox('clusters, sites and hosts', netbox => {
  async function makeHost(cluster: number | null, site: number) {
    const name = netbox().unique('host');
    const manufacturer = await netbox().make('dcim/manufacturers', { name, slug: name });
    const type = await netbox().make('dcim/device-types', { manufacturer: manufacturer.id, model: name, slug: name });
    const role = await netbox().make('dcim/device-roles', { name, slug: name, color: '00ff00' });
    return netbox().make('dcim/devices', { name, device_type: type.id, role: role.id, site, status: 'active', cluster });
  }

  it('make a host of manufacturer, type, role, site and cluster', async () => {
    const site = await makeSite(netbox());
    const cluster = await makeCluster(netbox());
    const host = await makeHost(cluster.id, site.id);
    expect(host).toMatchObject({
      device_type: { model: host['name'], manufacturer: { name: host['name'] } },
      role: { slug: host['name'] },
      site: { id: site.id },
      cluster: { id: cluster.id },
      status: { value: 'active', label: 'Active' },
      serial: '',
      custom_fields: expect.any(Object),
    });
    const { api } = netbox();
    expect((await api.patch(`dcim/devices/${host.id}/`, { status: 'offline' })).body).toMatchObject({
      status: { value: 'offline' },
    });
    expect((await api.get(`dcim/devices/?cluster_id=${cluster.id}&fields=id`)).rows()).toEqual([{ id: host.id }]);
    const upper = String(host['name']).toUpperCase();
    expect((await api.get(`dcim/devices/?name=${upper}`)).rows()).toMatchObject([{ id: host.id }]);
    expect((await api.get(`dcim/devices/?name__ie=${upper}&site_id=${site.id}`)).rows()).toMatchObject([{ id: host.id }]);
    expect((await api.get(`${clusters}/?id=${cluster.id}`)).rows()).toMatchObject([{ device_count: 1, virtualmachine_count: 0 }]);
  });

  it('let a VM stand on a host of its own cluster only', async () => {
    const site = await makeSite(netbox());
    const [own, other] = [await makeCluster(netbox()), await makeCluster(netbox())];
    const [host, foreign] = [await makeHost(own.id, site.id), await makeHost(other.id, site.id)];
    const machine = await makeMachine(netbox(), { cluster: own.id, site: site.id, device: host.id });
    expect(machine).toMatchObject({ device: { id: host.id, name: host['name'] } });
    expect(await netbox().api.patch(`${machines}/${machine.id}/`, { device: foreign.id })).toMatchObject({
      status: 400,
      body: { device: [expect.stringContaining('not assigned to this cluster')] },
    });
  });

  it('keep names and slugs unique, and find by them', async () => {
    const site = await makeSite(netbox());
    const { api } = netbox();
    const again = await api.post(`${sites}/`, { name: site['name'], slug: site['slug'] });
    expect(again).toMatchObject({
      status: 400,
      body: { name: ['site with this name already exists.'], slug: ['site with this slug already exists.'] },
    });
    for (const filter of ['slug', 'name']) {
      expect((await api.get(`${sites}/?${filter}=${String(site['slug'])}`)).rows()).toMatchObject([{ id: site.id }]);
    }
    const host = await makeHost(null, site.id);
    const twin = {
      name: String(host['name']).toUpperCase(),
      site: site.id,
      role: idOf(host['role']),
      device_type: idOf(host['device_type']),
    };
    const refused = await api.post('dcim/devices/', twin);
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).toContain('unique');
  });

  it('have clusters with a scope, found by name', async () => {
    const site = await makeSite(netbox());
    const cluster = await makeCluster(netbox(), { scope_type: 'dcim.site', scope_id: site.id, status: 'active', comments: 'c' });
    expect(cluster).toMatchObject({
      scope_type: 'dcim.site',
      scope_id: site.id,
      scope: { id: site.id },
      status: { value: 'active' },
      comments: 'c',
    });
    const twin = await makeCluster(netbox());
    const found = await netbox().api.get(`${clusters}/?name=${String(cluster['name'])}&name=${String(twin['name'])}`);
    expect(ids(found.rows())).toEqual(ids([cluster, twin]));
    const same = await netbox().api.post(`${clusters}/`, {
      name: cluster['name'],
      type: idOf(cluster['type']),
      scope_type: 'dcim.site',
      scope_id: site.id,
    });
    // Nobody checks before the database does: it says so in a 500, and nothing is written.
    expect(same).toMatchObject({
      status: 500,
      body: { exception: 'IntegrityError', error: expect.stringContaining('duplicate key value') },
    });
    await netbox().make(clusters, { name: cluster['name'], type: idOf(cluster['type']) });
  });
});

function idOf(relation: unknown): unknown {
  return (relation as { id: number }).id;
}
