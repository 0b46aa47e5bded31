import { makeCluster, startApi, VMS } from './support';

describe('start options', () => {
  it('takes a token and a full version', async () => {
    const api = await startApi({ token: 'Token 0123456789abcdef0123456789abcdef01234567', version: '4.6.2' });
    const status = await api.get('status/');
    expect(status.body['netbox-version']).toBe('4.6.2');
    expect(status.headers.get('api-version')).toBe('4.6');
    expect((await api.as('Token wrong').get('status/')).body).toEqual({ detail: 'Invalid v1 token' });
    await api.running.close();
  });

  it('refuses a version that it does not play', async () => {
    await expect(startApi({ version: '3.7' })).rejects.toThrow('4.5, 4.6 and 4.7');
  });

  it('plays the Proxbox plugin on request only', async () => {
    const plain = await startApi();
    expect((await plain.get('plugins/proxbox/sync-state/virtual-machines/')).status).toBe(404);
    await plain.running.close();
    const api = await startApi({ pluginProxbox: true });
    const { cluster } = await makeCluster(api);
    const vm = await api.make(VMS, { name: 'a', cluster });
    await api.make('plugins/proxbox/sync-state/virtual-machines', {
      virtual_machine: vm,
      proxmox_vm_id: 100,
      proxmox_vm_type: 'qemu',
    });
    const found = await api.get(`plugins/proxbox/sync-state/virtual-machines/?virtual_machine_id=${vm}`);
    expect(found.list).toMatchObject([{ proxmox_vm_id: 100, virtual_machine: { id: vm, name: 'a' } }]);
    expect((await api.get('status/')).body['plugins']).toHaveProperty('netbox_proxbox');
    await api.running.close();
  });

  it('makes written objects take their time, and reads none', async () => {
    const api = await startApi({ costMs: 20 });
    const order: string[] = [];
    const tags = Array.from({ length: 10 }, (_, at) => ({ name: `t${at}`, slug: `t${at}` }));
    const write = api.post('extras/tags/', tags).then(() => order.push('write'));
    await api.get('extras/tags/').then(() => order.push('read'));
    await write;
    expect(order).toEqual(['read', 'write']);
    await api.running.close();
  });
});
