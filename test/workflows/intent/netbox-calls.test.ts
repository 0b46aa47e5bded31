import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IntentStatusView } from '../../../api/intent/schema';
import type { Row } from '../../contract/netbox/support/api';
import { branches, eventually, inside, valueOf } from '../../contract/netbox/support/branching';
import { vm } from '../reflection/support/guests';
import { startIntentLab, type IntentLab } from './support/intent-lab';

jest.setTimeout(180_000);

let lab: IntentLab;
let front: Server;
let publicUrl: string;

/** What stands in front of the API, at the address that NetBox is told. */
function startFront(): Promise<Server> {
  const server = createServer((req, res) => {
    const { method, headers } = req;
    const onward = request(new URL(req.url ?? '/', lab.world.url), { method, headers }, answer => {
      res.writeHead(answer.statusCode ?? 502);
      answer.pipe(res);
    });
    onward.on('error', () => res.writeHead(502).end());
    req.pipe(onward);
  });
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server)));
}

beforeAll(async () => {
  front = await startFront();
  publicUrl = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  lab = await startIntentLab({
    netbox: { branching: true },
    env: { PROXBOX_PUBLIC_URL: publicUrl },
  });
  // So seldom that only NetBox's own call makes it look.
  await lab.world.api('PATCH', '/settings', { intent_watch_seconds: 3_600 }, { 'if-match': '*' });
  await lab.writable('rho', [vm(100, 'web', { power: 'stopped' })]);
  const { id } = await lab.world.api<{ id: string }>('POST', '/users', { username: 'merger' });
  await lab.world.api('POST', '/roles', { name: 'mergers', permissions: ['view', 'intent_update_vm'] });
  await lab.world.api('POST', `/users/${id}/roles`, { role: 'mergers' });
  await lab.world.api('PUT', `/users/${id}/netbox-link`, { netboxUsername: 'admin' }, { 'if-match': '*' });
});
afterAll(async () => {
  await lab?.stop();
  front?.close();
  front?.closeAllConnections();
});

const status = (): Promise<IntentStatusView> => lab.world.api('GET', '/intent/status');
const hook = async (): Promise<Row | undefined> => (await lab.person.get('extras/webhooks/')).rows()[0];
const rule = async (): Promise<Row | undefined> => (await lab.person.get('extras/event-rules/')).rows()[0];

async function mergeMemory(memory: number): Promise<void> {
  const values = { name: `memory ${memory}`, custom_fields: { apply_to_proxmox: true } };
  const { id } = (await lab.person.post(`${branches}/`, values)).row();
  const is = (wanted: string): Promise<Row> =>
    eventually(async () => {
      const branch = (await lab.person.get(`${branches}/${id}/`)).row();
      return valueOf(branch['status']) === wanted ? branch : undefined;
    });
  const { id: web } = await lab.vmNamed('web');
  await lab.person.patch(`virtualization/virtual-machines/${web}/`, { memory }, inside(await is('ready')));
  await lab.person.post(`${branches}/${id}/merge/`, { commit: true });
  await is('merged');
}
const runs = async (): Promise<{ id: string }[]> =>
  (await lab.world.api<{ items: { id: string }[] }>('GET', '/runs?kind=intent-apply')).items;
async function runAfter(known: number): Promise<void> {
  const id = await eventually(async () => {
    const items = await runs();
    return items.length > known ? items[0]?.id : undefined;
  });
  expect((await lab.world.awaitRun(id)).state).toBe('completed');
}

test('NetBox is told to call as soon as changes are switched on, about branches alone, and it is said whether it does', async () => {
  expect(await status()).toMatchObject({ enabled: false, watched: null, netboxCalls: null });
  expect(await hook()).toBeUndefined();
  await lab.switchIntent(true);
  const told = await eventually(async () => {
    const now = await status();
    return now.netboxCalls === null ? undefined : now;
  });
  expect(told).toMatchObject({ enabled: true, reason: null, watched: 'branches', netboxCalls: { state: 'installed' } });
  expect(await hook()).toMatchObject({ payload_url: `${publicUrl}/hooks/netbox`, http_method: 'POST' });
  expect(await rule()).toMatchObject({ enabled: true, object_types: ['netbox_branching.branch'] });
});

test('a merge is applied at NetBox’s own call, which is signed with a secret that only both know', async () => {
  await mergeMemory(2048);
  await runAfter(0);
  expect(lab.netbox.simulator.branching?.webhooks.deliveries).toMatchObject([{ event: 'branch_merged', status: 202 }]);
  const { rows } = await lab.world.database.pool.query<{ text: string }>('select netbox_hook::text as text from netbox_hook');
  expect(rows[0]?.text).not.toContain(String((await hook())?.['secret']));
});

test('a merge of which no call came is found by asking, and what somebody changed about the call is put right', async () => {
  const known = (await runs()).length;
  expect((await lab.person.patch(`extras/webhooks/${(await hook())?.id}/`, { payload_url: 'http://127.0.0.1:9/' })).status).toBe(
    200,
  );
  expect((await lab.person.patch(`extras/event-rules/${(await rule())?.id}/`, { enabled: false })).status).toBe(200);
  await mergeMemory(3072);
  expect(await runs()).toHaveLength(known);
  await lab.world.api('PATCH', '/settings', { intent_watch_seconds: 1 }, { 'if-match': '*' });
  await runAfter(known);
  await eventually(async () => ((await rule())?.['enabled'] === true ? true : undefined));
  expect(await hook()).toMatchObject({ payload_url: `${publicUrl}/hooks/netbox` });
});
