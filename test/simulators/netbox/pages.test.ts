import { type Api, INTERFACES, makeCluster, startApi, VMS } from './support';

describe('pages', () => {
  let api: Api;
  let vm: number;
  beforeEach(async () => {
    api = await startApi();
    const { cluster } = await makeCluster(api);
    vm = await api.make(VMS, { name: '<b>web</b>', cluster, status: 'offline' });
    await api.make(INTERFACES, { virtual_machine: vm, name: 'net0' });
  });
  afterEach(() => api.running.close());

  const page = async (path: string): Promise<{ status: number; html: string }> => {
    const response = await fetch(`${api.running.url}${path}`);
    return { status: response.status, html: await response.text() };
  };

  it('show counts, lists and objects without a login, linked to each other', async () => {
    expect((await page('/')).html).toContain(`<a href="/${VMS}/">`);
    const list = await page(`/${VMS}/`);
    expect(list.html).toContain(`href="/${VMS}/${vm}/"`);
    expect(list.html).toContain('Offline</span>');
    const object = await page(`/${VMS}/${vm}/`);
    expect(object.html).toContain('net0');
    expect(object.html).toContain('/virtualization/clusters/1/');
  });

  it('escape what they show', async () => {
    const { html } = await page(`/${VMS}/`);
    expect(html).toContain('&lt;b&gt;web&lt;/b&gt;');
    expect(html).not.toContain('<b>web');
  });

  it('are where display_url points, and nowhere else', async () => {
    const url = new URL(String((await api.get(`${VMS}/${vm}/`)).body['display_url']));
    expect((await page(url.pathname)).status).toBe(200);
    expect((await page(`/${VMS}/99999/`)).status).toBe(404);
    expect((await page('/nothing/')).status).toBe(404);
  });

  it('never show tokens', async () => {
    expect((await page('/users/tokens/')).status).toBe(404);
    expect((await page('/users/users/')).html).not.toContain('simulatoradm');
  });
});
