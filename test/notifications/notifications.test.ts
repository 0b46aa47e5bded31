import { createHmac, randomUUID } from 'node:crypto';
import { type RunningNetBox, startNetBoxSimulator } from '../../simulators/netbox/server';
import { type ProxmoxSimulator, startProxmoxSimulator } from '../../simulators/proxmox/simulator';
import { Agent, request } from 'undici';
import { startSyncWorld, type SyncWorld } from '../support/sync-world';
import { type MailReceiver, startMailReceiver, startWebhookReceiver, type WebhookReceiver } from './support/receivers';

interface Target {
  id: string;
  name: string;
  secret: string | null;
}
interface Delivery {
  id: string;
  target: { name: string };
  state: string;
  attempts: number;
  lastError: string | null;
  events: string[];
}

let netbox: RunningNetBox;
let proxmox: ProxmoxSimulator;
let mail: MailReceiver;
let hook: WebhookReceiver;
let world: SyncWorld;

beforeAll(async () => {
  [netbox, proxmox, mail, hook] = await Promise.all([
    startNetBoxSimulator(),
    startProxmoxSimulator({ world: { guests: 3, nodes: 1 } }),
    startMailReceiver(),
    startWebhookReceiver(),
  ]);
  world = await startSyncWorld(
    { url: netbox.url, token: netbox.token },
    {
      PROXBOX_SMTP_URL: mail.url,
      PROXBOX_MAIL_FROM: 'proxbox@example.com',
      PROXBOX_ALLOWED_NETWORKS: '127.0.0.0/8',
      PROXBOX_PROXMOX_TIMEOUT: '5',
    },
  );
  await world.startWorker();
  // The tests say when it is looked at.
  await world.client.schedule.getHandle('outbox').pause();
}, 120_000);

afterAll(async () => {
  await world?.stop();
  await Promise.all([proxmox?.close(), netbox?.close(), mail?.close(), hook?.close()]);
});

const deliver = (): Promise<unknown> =>
  world.client.workflow.execute('outbox', { workflowId: `outbox/${randomUUID()}`, taskQueue: 'proxbox-control' });
const addTarget = (fields: object): Promise<Target> => world.api('POST', '/notifications/targets', fields);
const removeTarget = (id: string): Promise<unknown> =>
  world.api('DELETE', `/notifications/targets/${id}`, undefined, { 'if-match': '*' });
const deliveriesTo = async ({ id }: Target): Promise<Delivery[]> =>
  (await world.api<{ items: Delivery[] }>('GET', `/notifications/deliveries?target=${id}`)).items;
const dueAgain = (): Promise<unknown> =>
  world.database.pool.query(`update notification_delivery set next_attempt_at = now() where state = 'pending'`);

const messages = (): { subject: string; items: { event: string; message: string }[] }[] =>
  hook.received.map(({ body }) => (JSON.parse(body) as { data: { subject: string; items: [] } }).data);

describe('runs', () => {
  let target: Target;
  let endpoint: { id: string };
  beforeAll(async () => {
    endpoint = await world.addEndpoint('site-a', proxmox);
    target = await addTarget({ kind: 'webhook', name: 'chat', url: hook.url });
    await addTarget({ kind: 'mail', name: 'noc', recipients: ['noc@example.com', 'boss@example.com'] });
  });

  test('that go well are told to nobody', async () => {
    expect(await world.sync()).toMatchObject({ state: 'completed' });
    await deliver();
    expect(hook.received).toEqual([]);
    expect(mail.mails).toEqual([]);
  });

  test('that do not reach their endpoint any more are told once, by webhook and mail, and again when they succeed', async () => {
    proxmox.faults.add({ match: { count: 0 }, when: 'before', action: { kind: 'reset' } });
    expect(await world.sync()).toMatchObject({ state: 'failed' });
    await deliver();
    expect(messages().map(({ items }) => items.map(({ event }) => event))).toEqual([['endpoint-unreachable']]);
    expect(mail.mails).toHaveLength(1);
    expect(mail.mails[0]).toMatch(/^To: noc@example.com, boss@example.com$/im);
    expect(mail.mails[0]).toContain('endpoint-unreachable');

    expect(await world.sync()).toMatchObject({ state: 'failed' });
    await deliver();
    expect(hook.received).toHaveLength(1);

    proxmox.faults.clear();
    expect(await world.sync()).toMatchObject({ state: 'completed' });
    await deliver();
    expect(messages().at(-1)?.items).toMatchObject([{ event: 'run-recovered', message: 'Runs of site-a succeed again.' }]);
    expect(mail.mails).toHaveLength(2);
  }, 120_000);

  test('are signed so that a receiver can tell who sent them', () => {
    const { headers, body } = hook.received[0] ?? { headers: {}, body: '' };
    const key = Buffer.from((target.secret ?? '').replace('whsec_', ''), 'base64');
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(JSON.parse(body)).toMatchObject({
      type: 'proxbox.notification',
      data: { items: [{ endpoint: { id: endpoint.id } }] },
    });
  });
});

describe('a message', () => {
  let target: Target;
  beforeEach(async () => {
    hook.received.length = 0;
    hook.status = 204;
    target = await addTarget({ kind: 'webhook', name: 'one', url: hook.url, subscriptions: [] });
  });
  afterEach(() => removeTarget(target.id));

  const ask = () => world.api<Delivery>('POST', `/notifications/targets/${target.id}/test`);

  test('that somebody asks for is sent', async () => {
    expect(await ask()).toMatchObject({ state: 'pending', events: ['test'] });
    await deliver();
    expect(messages()).toMatchObject([{ items: [{ event: 'test' }] }]);
    expect(await deliveriesTo(target)).toMatchObject([{ state: 'sent', attempts: 1 }]);
  });

  test.each([500, 302])('that is answered %i is tried again later, under the same id', async status => {
    hook.status = status;
    const { id } = await ask();
    await deliver();
    await deliver();
    expect(await deliveriesTo(target)).toMatchObject([
      { state: 'pending', attempts: 1, lastError: expect.stringContaining(String(status)) as string },
    ]);

    hook.status = 204;
    await dueAgain();
    await deliver();
    expect(hook.received.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
    expect(await deliveriesTo(target)).toMatchObject([{ state: 'sent', attempts: 2, lastError: null }]);
  });

  test('is given up after ten attempts, shown as such, and sent when somebody asks again', async () => {
    hook.status = 500;
    const { id } = await ask();
    await world.database.pool.query('update notification_delivery set attempts = 9 where id = $1', [id]);
    await deliver();
    expect(await deliveriesTo(target)).toMatchObject([{ state: 'dead', attempts: 10 }]);

    hook.status = 204;
    await deliver();
    expect(hook.received).toHaveLength(1);
    expect(await world.api('POST', `/notifications/deliveries/${id}/retry`)).toMatchObject({ state: 'pending', attempts: 0 });
    await deliver();
    expect(await deliveriesTo(target)).toMatchObject([{ state: 'sent' }]);
    await expect(world.api('POST', `/notifications/deliveries/${id}/retry`)).rejects.toThrow('delivery-open');
  });

  test('is sent once when several workers look at the same time', async () => {
    await ask();
    await Promise.all([deliver(), deliver(), deliver()]);
    expect(hook.received).toHaveLength(1);
  });

  test('waits while its target is disabled', async () => {
    await ask();
    await world.api('PATCH', `/notifications/targets/${target.id}`, { enabled: false }, { 'if-match': '*' });
    await deliver();
    expect(hook.received).toEqual([]);
    await world.api('PATCH', `/notifications/targets/${target.id}`, { enabled: true }, { 'if-match': '*' });
    await deliver();
    expect(hook.received).toHaveLength(1);
  });
});

describe('what holds without a run', () => {
  beforeEach(() => (hook.received.length = 0));

  test('such as a stale endpoint and a token that expires soon is told once for as long as it holds', async () => {
    const soon = new Date(Date.now() + 3 * 24 * 3_600_000).toISOString();
    const ann = await world.api<{ id: string }>('POST', '/users', { username: 'ann' });
    await world.api('POST', `/users/${ann.id}/tokens`, { name: 'ci', expiresAt: soon });
    await world.database.pool.query(`update run set finished_at = finished_at - interval '3 days' where state = 'completed'`);
    await world.database.pool.query(`update endpoint set created_at = created_at - interval '3 days'`);
    const target = await addTarget({
      kind: 'webhook',
      name: 'watch',
      url: hook.url,
      subscriptions: [{ event: 'endpoint-stale' }, { event: 'credential-expiring' }],
      staleAfterHours: 48,
    });
    const told = () =>
      messages()
        .flatMap(({ items }) => items)
        .map(({ event }) => event)
        .sort();

    await deliver();
    await deliver();
    const toWatch = (await deliveriesTo(target)).flatMap(({ events }) => events).sort();
    expect(toWatch).toEqual(['credential-expiring', 'endpoint-stale']);
    expect(told()).toContain('endpoint-stale');

    await world.sync();
    await deliver();
    await world.database.pool.query(`update run set finished_at = finished_at - interval '3 days' where state = 'completed'`);
    await deliver();
    expect((await deliveriesTo(target)).filter(({ events }) => events.includes('endpoint-stale'))).toHaveLength(2);
    await removeTarget(target.id);
  }, 60_000);
});

test('nothing secret of a target is told or stored in clear', async () => {
  const secret = `whsec_${Buffer.from('canary-canary-canary-canary-canary').toString('base64')}`;
  const target = await addTarget({ kind: 'webhook', name: 'secret', url: hook.url, secret });
  expect(target.secret).toBeNull();
  const shown = JSON.stringify([
    await world.api('GET', '/notifications/targets'),
    await world.api('GET', '/audit'),
    (await world.database.pool.query('select * from notification_target')).rows,
  ]);
  expect(shown).not.toContain(secret.slice(6, 30));
  await removeTarget(target.id);
});

test.each([
  ['an address of this host that is not allowed', { kind: 'webhook', name: 'x', url: 'http://[::1]:9/hook' }, '/url'],
  ['the metadata service of a cloud', { kind: 'webhook', name: 'x', url: 'http://169.254.169.254/latest' }, '/url'],
  ['what is no URL', { kind: 'webhook', name: 'x', url: 'ftp://x' }, '/url'],
  ['what is no mail address', { kind: 'mail', name: 'x', recipients: ['nobody'] }, '/recipients/0'],
  [
    'an endpoint that is none',
    { kind: 'mail', name: 'x', recipients: ['a@example.com'], subscriptions: [{ event: 'run-failed', endpoint: randomUUID() }] },
    '/subscriptions',
  ],
])('%s is refused', async (_, fields, pointer) => {
  await expect(addTarget(fields)).rejects.toThrow(new RegExp(`422.*${pointer}`));
});

test('tokens of NetBox and Proxmox that expire soon are told, as their issuers say', async () => {
  const soon = Math.floor(Date.now() / 1000) + 3 * 24 * 3_600;
  const proxmoxSecret = await newProxmoxToken(soon);
  const { items } = await world.api<{ items: { id: string }[] }>('GET', '/endpoints');
  const credentials = { read: { kind: 'token', principal: 'root@pam!soon', secret: proxmoxSecret } };
  await world.api('PATCH', `/endpoints/${items[0]?.id}`, { credentials }, { 'if-match': '*' });
  const headers = { authorization: netbox.token, 'content-type': 'application/json' };
  const found = (await (await fetch(`${netbox.url}/api/users/tokens/?key=simulatoradm`, { headers })).json()) as {
    results: { id: number; key: string }[];
  };
  const changed = await fetch(`${netbox.url}/api/users/tokens/${found.results.find(({ key }) => key === 'simulatoradm')?.id}/`, {
    method: 'PATCH',
    headers,
    body: JSON.stringify({ expires: new Date(soon * 1000).toISOString() }),
  });
  expect(changed.status).toBe(200);

  const target = await addTarget({
    kind: 'webhook',
    name: 'keys',
    url: hook.url,
    subscriptions: [{ event: 'credential-expiring' }],
  });
  hook.received.length = 0;
  // A worker that starts asks anew.
  await world.stopWorker();
  await world.startWorker();
  await deliver();
  const told = messages()
    .flatMap(({ items }) => items)
    .map(({ message }) => message);
  expect(told).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^The NetBox token of the worker expires at /),
      expect.stringMatching(/^The Proxmox token root@pam!soon of site-a expires at /),
    ]),
  );
  await removeTarget(target.id);
}, 60_000);

/** Makes a token `root@pam!soon` in the simulated Proxmox, whose certificate is its own. @returns its secret. */
async function newProxmoxToken(expire: number): Promise<string> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const { tokenId, secret } = proxmox.tokens.full;
  const answer = await request(`${proxmox.url}/api2/json/access/users/root@pam/token/soon`, {
    method: 'POST',
    headers: {
      authorization: `PVEAPIToken=${tokenId}=${secret}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: `privsep=0&expire=${expire}`,
    dispatcher,
  });
  const body = (await answer.body.json()) as { data: { value: string } };
  await dispatcher.close();
  return body.data.value;
}
