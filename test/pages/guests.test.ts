import { randomUUID } from 'node:crypto';
import { type ApiServer, startApiServer } from '../api/support/api-server';
import { createEndpoint } from '../api/support/shapes';
import { admin, clear, type Visitor, visitorWith } from './support/visitor';

let server: ApiServer;
let visitor: Visitor;
beforeAll(async () => {
  server = await startApiServer();
  visitor = await admin(server);
});
afterAll(() => server.stop());
beforeEach(() => clear(server));

interface Seed {
  vmid: number;
  kind?: 'qemu' | 'lxc';
  name: string;
  netboxId?: number;
  missing?: boolean;
}

async function seed(endpointId: string, ...guests: Seed[]): Promise<void> {
  for (const { vmid, kind = 'qemu', name, netboxId, missing = false } of guests) {
    await server.database.pool.query(
      `insert into guest (endpoint_id, kind, vmid, evidence, confirmed_evidence, state, source_name, given_name, missing_since)
       values ($1, $2, $3, '{}', '{}', 'proven', $4, $4, case when $5 then now() end)`,
      [endpointId, kind, vmid, name, missing],
    );
    if (netboxId === undefined) continue;
    await server.database.pool.query(
      `insert into reflected (endpoint_id, kind, key, netbox_id, values, created_by_us, run_id)
       values ($1, 'virtual-machine', $2, $3, '{"cf.proxmox_node": "pve1"}', true, $4)`,
      [endpointId, `${kind}/${vmid}`, netboxId, randomUUID()],
    );
  }
}

test('guests are listed by their sort, with node, NetBox object and endpoint', async () => {
  const { id } = await createEndpoint(server, { name: 'Berlin' });
  await seed(
    id,
    { vmid: 100, name: 'web', netboxId: 7 },
    { vmid: 101, kind: 'lxc', name: 'proxy' },
    { vmid: 102, name: 'old', missing: true },
  );

  const machines = await visitor.get('/ui/guests?type=qemu');
  expect(machines.text).toMatch(/Virtual machines.*Berlin 100 VM web pve1 VM 7.*Berlin 102 VM old – –.*Gone/);
  expect(machines.text).not.toContain('proxy');
  expect(machines.html).toContain('href="https://netbox.example.com/virtualization/virtual-machines/7/"');

  const containers = await visitor.get('/ui/guests?type=lxc');
  expect(containers.text).toMatch(/LXC containers.*Berlin 101 Container proxy/);
  expect(containers.text).not.toContain('web');
  expect((await visitor.get('/ui/guests?q=OLD')).text).not.toContain('web');
  expect((await visitor.get('/ui/guests?type=vz')).status).toBe(400);
});

test('many guests come in pages that have each of them once', async () => {
  const { id } = await createEndpoint(server, { name: 'Berlin' });
  await seed(id, ...Array.from({ length: 5 }, (_, n) => ({ vmid: 100 + n, name: `g${n}` })));
  const seen: string[] = [];
  for (let path: string | undefined = '/ui/guests?limit=2'; path !== undefined;) {
    const { html } = await visitor.get(path);
    seen.push(...[...html.matchAll(/<code>(\d+)<\/code>/g)].map(([, vmid = '']) => vmid));
    const next = /href="([^"]+cursor=[^"]+)"/.exec(html)?.[1];
    path = next === undefined ? undefined : `${next.replaceAll('&amp;', '&')}&limit=2`;
  }
  expect(seen).toEqual(['100', '101', '102', '103', '104']);
});

test("NetBox's links lead to the guest, the node's and the cluster's endpoint", async () => {
  const { id } = await createEndpoint(server);
  await seed(id, { vmid: 100, name: 'web', netboxId: 7 });
  for (const [kind, key, netboxId] of [
    ['device', 'pve1', 3],
    ['cluster', 'cluster', 4],
  ] as const) {
    await server.database.pool.query(
      `insert into reflected (endpoint_id, kind, key, netbox_id, created_by_us, run_id) values ($1, $2, $3, $4, true, $5)`,
      [id, kind, key, netboxId, randomUUID()],
    );
  }
  const leads = async (path: string) => (await visitor.get(path)).location;
  expect(await leads('/ui/netbox/vms/7')).toBe(`/ui/endpoints/${id}/guests/100`);
  expect(await leads('/ui/netbox/devices/3')).toBe(`/ui/endpoints/${id}`);
  expect(await leads('/ui/netbox/clusters/4')).toBe(`/ui/endpoints/${id}`);
});

test('what no endpoint reflects, or none that one may see, has a page that says so', async () => {
  const { id } = await createEndpoint(server);
  await seed(id, { vmid: 100, name: 'web', netboxId: 7 });
  for (const path of ['/ui/netbox/vms/8', '/ui/netbox/vms/x', '/ui/netbox/racks/7']) {
    const page = await visitor.get(path);
    expect(page.status).toBe(404);
    expect(page.text).toContain('Nothing here belongs to this object of NetBox');
  }
  const nobody = await visitorWith(server, 'nobody', []);
  expect((await nobody.get('/ui/netbox/vms/7')).status).toBe(404);
});

describe("a guest's page", () => {
  const plansOf = async (endpointId: string): Promise<unknown[]> => {
    const { rows } = await server.database.pool.query<{ asked: unknown }>(
      `select asked from intent_plan where asked -> 0 ->> 'endpointId' = $1`,
      [endpointId],
    );
    return rows.map(({ asked }) => asked);
  };

  test('plans a change of the fields that are filled in', async () => {
    const { id } = await createEndpoint(server, { name: 'Berlin' });
    await seed(id, { vmid: 100, name: 'web', netboxId: 7 });
    const page = await visitor.get(`/ui/endpoints/${id}/guests/100`);
    expect(page.text).toMatch(/web \(100\).*Berlin.*VM.*pve1.*VM 7/);

    const answer = await visitor.post(`/ui/endpoints/${id}/guests/100/plan`, {
      cores: ' 4 ',
      memory_mib: '',
      description: 'for the shop',
    });
    expect(answer.location).toMatch(/^\/ui\/intent\/plans\/[0-9a-f-]{36}$/);
    const payload = { vmid: 100, cores: 4, description: 'for the shop' };
    expect(await plansOf(id)).toEqual([[{ op: 'update', kind: 'qemu', endpointId: id, netbox_id: 7, payload }]]);
  });

  test('says beside its field what cannot be, and plans nothing', async () => {
    const { id } = await createEndpoint(server);
    await seed(id, { vmid: 100, name: 'web' });
    const wrong = await visitor.post(`/ui/endpoints/${id}/guests/100/plan`, { cores: 'many' });
    expect({ status: wrong.status, marked: /id="field-cores-error"/.test(wrong.html) }).toEqual({ status: 422, marked: true });
    const none = await visitor.post(`/ui/endpoints/${id}/guests/100/plan`, { cores: '' });
    expect(none.status).toBe(422);
    expect(none.text).toContain('Nothing would change');
    expect(await plansOf(id)).toEqual([]);
  });

  test('offers only what one may ask for, and nothing for a guest that is gone', async () => {
    const { id } = await createEndpoint(server);
    await seed(id, { vmid: 100, name: 'web' }, { vmid: 101, name: 'old', missing: true });
    const viewer = await visitorWith(server, 'viewer-2', [{ role: 'viewer' }]);
    const offers = async (who: Visitor, vmid: number) => {
      const { text } = await who.get(`/ui/endpoints/${id}/guests/${vmid}`);
      return [/Plan a change/.test(text), /Ask for its deletion/.test(text)];
    };
    expect(await offers(visitor, 100)).toEqual([true, true]);
    expect(await offers(viewer, 100)).toEqual([false, false]);
    expect(await offers(visitor, 101)).toEqual([false, false]);
    expect((await viewer.post(`/ui/endpoints/${id}/guests/100/plan`, { cores: '4' })).status).toBe(403);
    expect((await visitor.get(`/ui/endpoints/${id}/guests/102`)).status).toBe(404);
    expect((await visitor.get(`/ui/endpoints/${id}/guests/web`)).status).toBe(404);
  });
});
