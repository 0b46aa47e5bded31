import { randomUUID } from 'node:crypto';
import type { DeletionView } from '../../api/deletion/schema';
import { openApiDocument } from '../../api/openapi/document';
import { pageAccess } from '../../api/pages/access';
import { startWebhookReceiver, type WebhookReceiver } from '../notifications/support/receivers';
import { vm } from '../workflows/reflection/support/guests';
import { startIntentLab, type IntentLab } from '../workflows/intent/support/intent-lab';
import type { Cluster } from '../workflows/reflection/support/lab';
import { Canaries } from './support/canaries';
import { type HostileServer, startEcho, startEchoingMail } from './support/hostile-servers';
import { everyFile, everyRow, everythingInTemporal } from './support/kept';
import { deleteGuests, guestsWithSecrets } from './support/deletions';
import { Speaker } from './support/speaker';

/**
 * Secrets are planted wherever one can put them, with a Proxmox, a NetBox, a mail server, a webhook and a provider that repeat them in their errors. Then they
 * are looked for in everything that is kept or said.
 */
jest.setTimeout(480_000);

const canaries = new Canaries();
/** No secret: what shows that a place was really searched. */
const BEACON = `beacon-${randomUUID().slice(0, 8)}`;
const plant = (word: string): string => canaries.plant(word);

let lab: IntentLab;
let cluster: Cluster;
let echo: HostileServer;
let provider: HostileServer;
let mail: HostileServer & { port: number };
let hook: WebhookReceiver;
let key: Speaker;
let person: Speaker;
const places = new Map<string, string>();
/** One-time codes, which the workflows that take them have in their histories. */
const codes = new Canaries();
/** The request of a guest that is gone. */
let destroyed: DeletionView;

beforeAll(async () => {
  echo = await startEcho(401);
  mail = await startEchoingMail();
  hook = await startWebhookReceiver();
  provider = await startEcho(400, {
    '/.well-known/openid-configuration': issuer => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
    }),
  });
  const password = plant('administrator-password');
  lab = await startIntentLab({
    env: {
      PROXBOX_LOG_LEVEL: 'trace',
      PROXBOX_ADMIN_PASSWORD: password,
      PROXBOX_ENCRYPTION_KEY: plant('encryption-key'),
      PROXBOX_AUDIT_KEY: plant('audit-key'),
      PROXBOX_PUBLIC_URL: 'http://127.0.0.1:8800',
      PROXBOX_OIDC_ISSUER: provider.url,
      PROXBOX_OIDC_CLIENT_ID: 'proxbox',
      PROXBOX_OIDC_CLIENT_SECRET: plant('client-secret'),
      PROXBOX_SMTP_URL: `smtp://proxbox:${plant('mail-password')}@127.0.0.1:${mail.port}`,
    },
  });
  const { world } = lab;
  canaries.add('environment-key', world.key);
  for (const token of [lab.netbox.token, lab.netbox.viewerToken]) canaries.add('netbox-token', token.split(/[ .]/).at(-1) ?? '');
  key = new Speaker(world.url, { authorization: `Bearer ${world.key}` });
  person = new Speaker(world.url, { origin: world.url });
  await signIn(person, 'admin', password);

  await endpoints();
  await people(password);
  await strangers();
  await notifications();
  await changesOfGuests();
  const deletions = await deleteGuests({ lab, cluster, key, canaries, codes });
  destroyed = deletions.destroyed;
  await failures();
  await readEverything();

  places.set('what the API answers, and in its pages', [...key.answers, ...person.answers].join('\n'));
  places.set('the log', world.logged());
  places.set(
    'the journal of NetBox',
    JSON.stringify(await lab.person.get('extras/journal-entries/?limit=1000').then(all => all.rows())),
  );
  places.set('what Temporal keeps and shows', await everythingInTemporal(world.client));
  places.set('a row of the database', await everyRow(world.database.pool));
  places.set('what a webhook is sent', JSON.stringify(hook.received));
  await world.stopWorker();
  places.set('a file of the state folder', everyFile(world.config.stateDir));
});
afterAll(async () => {
  await lab?.stop();
  await Promise.all([echo?.close(), mail?.close(), hook?.close(), provider?.close()]);
});

const idOf = ({ body }: { body: unknown }): string => String(Reflect.get(Object(body), 'id'));
const textAt = ({ body }: { body: unknown }, field: string): string => String(Reflect.get(Object(body), field));
const anyVersion = { headers: { 'if-match': '*' } };

/** Signs in as a person; what the cookies hold is secret, too. */
async function signIn(speaker: Speaker, username: string, password: string): Promise<void> {
  const { status, body } = await speaker.ask('POST', '/auth/login', { username, password });
  expect(status).toBe(200);
  speaker.always('x-csrf-token', textAt({ body }, 'csrfToken'));
  for (const secret of speaker.secrets) canaries.add('session', secret);
}

async function endpoints(): Promise<void> {
  cluster = await lab.writable(BEACON, [vm(100, BEACON), ...guestsWithSecrets(plant)], {
    fields: { policy: { intent_storage: 'ceph', intent_bridge: 'vmbr0' } },
  });
  for (const token of Object.values(cluster.proxmox.tokens)) canaries.add('proxmox-token', token.secret);
  const base = { url: echo.url, tls: { mode: 'insecure' } };
  const token = (word: string) => ({ kind: 'token', principal: 'proxbox@pve!sync', secret: plant(word) });
  const made = await key.ask('POST', '/endpoints', {
    ...base,
    name: 'repeats',
    allowWrites: true,
    credentials: { read: token('read-credential'), write: token('write-credential') },
  });
  expect(made.status).toBe(201);
  const other = await startEcho(401);
  await key.ask('POST', '/endpoints', {
    ...base,
    url: other.url,
    name: 'repeats passwords',
    credentials: { read: { kind: 'password', principal: 'proxbox@pve', secret: plant('read-password') } },
  });
  const tests = (await key.ask('GET', '/endpoints')).body as { items: { id: string }[] };
  for (const { id } of tests.items) await key.ask('POST', `/endpoints/${id}/test`, {}, { headers: { prefer: 'wait=30' } });
  await lab.world.sync();
  expect(echo.answered).toBeGreaterThan(0);
  expect(other.answered).toBeGreaterThan(0);
  await other.close();

  const path = `/endpoints/${idOf(made)}`;
  await key.ask('PATCH', path, { credentials: { read: token('without-version') } });
  await key.ask('PATCH', path, { credentials: { read: token('stale') } }, { headers: { 'if-match': '"99"' } });
  await key.ask('PATCH', path, { credentials: { write: token('changed') } }, anyVersion);
  const wrong = [
    { credentials: { read: { ...token('with-spaces'), secret: `${plant('spaced')} and more` } } },
    { credentials: { read: { ...token('no-text'), secret: [plant('listed')] } } },
    { credentials: { read: { ...token('wrong-principal'), principal: plant('as-principal') } } },
    { credentials: { read: { kind: 'token', principal: 'proxbox@pve!sync', token: plant('wrong-field') } } },
    { url: `https://root:${plant('in-the-url')}@pve.example.com` },
    { tls: { mode: 'ca', ca: `-----BEGIN PRIVATE KEY-----\n${plant('private-key')}\n-----END PRIVATE KEY-----` } },
    { tls: { mode: 'fingerprint', fingerprint: plant('as-fingerprint') } },
    { password: plant('unknown-field') },
  ];
  for (const body of wrong) {
    expect((await key.ask('PATCH', path, body, anyVersion)).status).toBe(422);
    expect((await key.ask('POST', '/endpoints', { ...base, name: 'wrong', enabled: false, ...body })).status).toBe(422);
  }
  expect((await key.ask('POST', '/endpoints', `{"secret": "${plant('broken-json')}`)).status).toBe(400);
  expect((await key.ask('PATCH', '/settings', { netbox_token: plant('no-setting') }, anyVersion)).status).toBe(422);
}

async function people(admin: string): Promise<void> {
  const kim = await key.ask('POST', '/users', { username: 'kim', password: plant('first-password') });
  await key.ask('PUT', `/users/${idOf(kim)}/password`, { password: plant('reset-password') });
  await key.ask('PUT', `/users/${idOf(kim)}/password`, { password: plant('with-more'), more: plant('more') });
  await person.ask('PUT', '/auth/password', { oldPassword: plant('guessed-password'), newPassword: plant('unused-password') });
  await person.ask('PUT', '/auth/password', { oldPassword: admin, newPassword: admin });

  const asked = { headers: { 'idempotency-key': 'a-new-token' }, unkept: true };
  const [token, again] = [
    await person.ask('POST', '/auth/tokens', { name: 'cron' }, asked),
    await person.ask('POST', '/auth/tokens', { name: 'cron' }, asked),
  ];
  expect([token.status, again.status]).toEqual([201, 201]);
  expect(textAt(again, 'token')).toBe(textAt(token, 'token'));
  canaries.add('api-token', textAt(token, 'token'));
  const authorization = `Bearer ${textAt(token, 'token')}`;
  await new Speaker(lab.world.url, { authorization }).ask('GET', '/auth/me');
  await key.ask(
    'POST',
    '/users',
    { username: 'lee', password: plant('kept-request') },
    { headers: { 'idempotency-key': 'lee' } },
  );
  await key.ask(
    'POST',
    '/users',
    { username: 'lee', password: plant('other-request') },
    { headers: { 'idempotency-key': 'lee' } },
  );

  lab.netbox.simulator.createUser({ username: 'admin.netbox', password: plant('netbox-password') });
  const link = (password: string) => person.ask('POST', '/auth/netbox-link', { username: 'admin.netbox', password });
  expect((await link(plant('wrong-netbox-password'))).status).toBe(422);
  const repeated = plant('repeated-netbox-password');
  lab.netbox.simulator.faults.add({
    match: { pathPattern: 'provision' },
    when: 'before',
    action: { kind: 'status', status: 500, body: { detail: `no such password: ${repeated}` } },
  });
  expect((await link(repeated)).status).toBe(503);
  lab.netbox.simulator.faults.clear();
}

/** Whoever is not let in, or says too much. */
async function strangers(): Promise<void> {
  const stranger = new Speaker(lab.world.url);
  const headers: Record<string, string>[] = [
    { authorization: `Bearer ${plant('bearer')}` },
    { authorization: `Basic ${Buffer.from(`admin:${plant('basic')}`).toString('base64')}` },
    { authorization: plant('bare') },
    { 'x-proxbox-api-key': plant('key-header') },
    { cookie: `proxbox_session=${plant('cookie')}` },
    { 'proxy-authorization': `Basic ${plant('proxy')}`, 'x-csrf-token': plant('csrf'), 'x-auth-token': plant('other-header') },
  ];
  for (const given of headers) {
    expect((await stranger.ask('GET', '/auth/me', undefined, { headers: given })).status).toBe(401);
    await stranger.ask('POST', '/full-update', {}, { headers: given });
    await stranger.ask('GET', '/ui', undefined, { headers: given });
  }
  for (const [username, password] of [
    ['admin', plant('wrong-password')],
    [plant('in-the-wrong-field'), 'nothing'],
  ] as const) {
    expect((await stranger.ask('POST', '/auth/login', { username, password })).status).toBe(401);
  }
  const fields = new URLSearchParams({ username: 'admin', password: plant('on-the-page'), next: '/ui' });
  await stranger.ask('POST', '/ui/sign-in', fields, { headers: { origin: lab.world.url } });
  for (const path of ['/runs', '/endpoints', '/health', '/nowhere'])
    for (const name of ['token', 'api_key', 'password']) await key.ask('GET', `${path}?${name}=${plant(`query-${name}`)}`);
  for (const path of ['/ui/runs', '/ui/endpoints']) await person.ask('GET', `${path}?access_token=${plant('page-query')}`);
  await stranger.ask(
    'POST',
    `/hooks/netbox?token=${plant('hook-query')}`,
    { event: plant('hook-body') },
    {
      headers: { 'x-hook-signature': plant('hook-signature') },
    },
  );

  const visitor = new Speaker(lab.world.url);
  const state = /state=([\w-]+)/.exec(
    (await visitor.ask('GET', '/ui/sign-in/oidc?next=/ui', undefined, { unkept: true })).location,
  )?.[1];
  for (const secret of visitor.secrets) canaries.add('provider-cookie', secret);
  const before = provider.answered;
  await visitor.ask(
    'GET',
    `/ui/sign-in/oidc/callback?code=${plant('code')}&state=${state}&iss=${encodeURIComponent(provider.url)}`,
  );
  expect(provider.answered).toBeGreaterThan(before);
  key.answers.push(...stranger.answers, ...visitor.answers);
}

async function notifications(): Promise<void> {
  const bytes = Buffer.from(plant('webhook-secret').padEnd(32, '.')).toString('base64');
  canaries.add('webhook-secret-text', bytes);
  const targets = [
    await key.ask('POST', '/notifications/targets', { kind: 'webhook', name: BEACON, url: hook.url, secret: `whsec_${bytes}` }),
    await key.ask('POST', '/notifications/targets', {
      kind: 'webhook',
      name: 'repeats',
      url: `${echo.url}/hook`,
      secret: `whsec_${bytes}`,
    }),
    await key.ask('POST', '/notifications/targets', { kind: 'mail', name: 'mail', recipients: ['noc@example.com'] }),
  ];
  const made = await key.ask(
    'POST',
    '/notifications/targets',
    { kind: 'webhook', name: 'made', url: hook.url },
    { unkept: true },
  );
  canaries.add('made-webhook-secret', textAt(made, 'secret'));
  const short = await key.ask('POST', '/notifications/targets', {
    kind: 'webhook',
    name: 'x',
    url: hook.url,
    secret: plant('short'),
  });
  expect(short.status).toBe(422);
  const answered = echo.answered;
  for (const target of [...targets, made]) {
    expect((await key.ask('POST', `/notifications/targets/${idOf(target)}/test`)).status).toBeLessThan(300);
  }
  await lab.world.client.workflow.execute('outbox', { workflowId: `outbox/${randomUUID()}`, taskQueue: 'proxbox-control' });
  expect(hook.received.length).toBeGreaterThan(0);
  expect(echo.answered).toBeGreaterThan(answered);
  expect(mail.answered).toBeGreaterThan(0);
}

async function changesOfGuests(): Promise<void> {
  await lab.switchIntent(true);
  const node = cluster.proxmox.world.truth().guests[0]?.node ?? '';
  const guest = { node, memory_mib: 1024, cores: 1, disks: [{ key: 'scsi0', size_mib: 4096 }], nics: [{ key: 'net0' }] };
  const create = (payload: object) => ({ op: 'create', kind: 'qemu', payload: { ...guest, ...payload } });
  const apply = (diffs: object[]) =>
    key.ask('POST', '/intent/apply', { endpoint_id: cluster.id, diffs }, { headers: { prefer: 'wait=60' } });
  const repeated = plant('repeated-guest-password');
  const fault = cluster.proxmox.faults.add({
    match: { method: 'POST', pathPattern: '/qemu$', nth: 2 },
    when: 'before',
    action: { kind: 'status', status: 500, message: `invalid value for cipassword: ${repeated}` },
  });
  const one = await apply([create({ name: 'one', password: plant('guest-password') })]);
  expect(one.body).toMatchObject({ state: 'completed' });
  const two = await apply([create({ name: 'two', password: repeated })]);
  expect(two.body).toMatchObject({ intent: { results: [{ state: 'failed' }] } });
  expect(fault.fired).toBe(1);
  cluster.proxmox.faults.clear();
  await apply([create({ name: 'three', password: [plant('listed-password')] })]);
  await apply([create({ name: 'four', secret: plant('unknown-secret') })]);
  await key.ask(
    'POST',
    '/intent/plan',
    { endpoint_id: 'nowhere', diffs: [create({ name: 'five', password: plant('nowhere-password') })] },
    { headers: { prefer: 'wait=60' } },
  );
}

/** Both sides repeat the tokens that they were asked with, and the worker ends and comes back meanwhile. */
async function failures(): Promise<void> {
  const { world, netbox } = lab;
  const proxmoxSays = `no such token: PVEAPIToken=proxbox@pve!sync=${cluster.proxmox.tokens.read.secret}`;
  cluster.proxmox.faults.add({
    match: { count: 0 },
    when: 'before',
    action: { kind: 'status', status: 401, message: proxmoxSays },
  });
  expect((await world.sync()).state).not.toBe('completed');
  cluster.proxmox.faults.clear();

  for (const status of [403, 400]) {
    netbox.simulator.faults.add({
      match: { count: 0, ...(status === 400 && { method: 'PATCH' }) },
      when: 'before',
      action: { kind: 'status', status, body: { detail: `Invalid token: ${netbox.token}`, name: [`not ${netbox.token}`] } },
    });
    cluster.proxmox.world.changeGuest(100, { config: { description: `for ${status}` } });
    await world.sync({ endpoints: [cluster.id] });
    await key.ask('POST', `/endpoints/${cluster.id}/test`, {}, { headers: { prefer: 'wait=30' } });
    netbox.simulator.faults.clear();
  }

  await world.stopWorker();
  const waits = await world.startSync({ endpoints: [cluster.id] });
  await world.startWorker();
  expect((await world.awaitRun(waits)).state).toBe('completed');

  await world.database.pool.query('alter table endpoint_credential rename to credential_elsewhere');
  await key.ask(
    'PATCH',
    `/endpoints/${cluster.id}`,
    { credentials: { read: { kind: 'password', principal: 'a@pve', secret: plant('lost') } } },
    anyVersion,
  );
  await world.sync({ endpoints: [cluster.id] });
  await world.database.pool.query('alter table credential_elsewhere rename to endpoint_credential');
}

/** Every list, every object, every page. */
async function readEverything(): Promise<void> {
  const ids: Record<string, string[]> = {};
  for (const what of ['endpoints', 'runs', 'users', 'roles', 'notifications/targets', 'schedules', 'intent/deletion-requests']) {
    const { body } = await key.ask('GET', `/${what}?limit=500`);
    ids[what] = (body as { items: { id: string }[] }).items.map(({ id }) => id);
  }
  const { rows } = await lab.world.database.pool.query<{ id: string }>('select id from intent_plan');
  ids['intent/plans'] = rows.map(({ id }) => id);
  ids['deletions'] = ids['intent/deletion-requests'] ?? [];
  const gets = Object.entries(openApiDocument().paths).flatMap(([path, item]) => (item.get === undefined ? [] : [path]));
  const pages = Object.keys(pageAccess).flatMap(page => (page.startsWith('GET /ui') ? [page.slice(4)] : []));
  for (const path of gets) {
    const [, what = '', rest = ''] = /^\/(.+?)\/\{id\}(.*)$/.exec(path) ?? [];
    for (const id of ids[what] ?? []) await key.ask('GET', `/${what}/${id}${rest}`);
    if (!path.includes('{')) await key.ask('GET', path);
  }
  for (const page of pages) {
    const [, what = '', rest = ''] = /^\/ui\/(.+?)\/:id(.*)$/.exec(page) ?? [];
    for (const id of ids[what] ?? []) await person.ask('GET', `/ui/${what}/${id}${rest}`);
    if (!page.includes(':') && !page.includes('oidc')) await person.ask('GET', page);
  }
}

const searched = [
  'what the API answers, and in its pages',
  'the log',
  'what Temporal keeps and shows',
  'a row of the database',
  'what a webhook is sent',
  'the journal of NetBox',
  'a file of the state folder',
];

test('secrets were planted in every input', () => expect(canaries.size).toBeGreaterThan(70));

test.each(searched)('no secret is in %s', place => {
  expect(canaries.foundIn(places.get(place) ?? '')).toEqual([]);
});

test.each([
  ['what the API answers, and in its pages', () => BEACON],
  ['the log', () => cluster.id],
  ['what Temporal keeps and shows', () => cluster.id],
  ['a row of the database', () => BEACON],
  ['what a webhook is sent', () => 'webhook-signature'],
  ['the journal of NetBox', () => destroyed.id],
  ['a file of the state folder', () => 'Temporal Server'],
])('%s was really searched: what is no secret is found there', (place, beacon) => {
  const bait = new Canaries();
  bait.add('beacon', beacon());
  expect(bait.foundIn(places.get(place) ?? '')).toEqual(['beacon']);
});

test.each(searched.filter(place => !place.includes('Temporal') && !place.includes('file')))(
  'no one-time code of a decision is in %s',
  place => {
    expect(codes.size).toBe(2);
    expect(codes.foundIn(places.get(place) ?? '')).toEqual([]);
  },
);

test('the receipt of a destroyed guest has what it takes to make it anew, but no password', () => {
  expect(destroyed.receipt).toMatchObject({
    config: {
      args: expect.stringMatching(/^-vnc 127\.0\.0\.1:1,password=\[redacted\]$/),
      ciuser: 'ops',
      scsi0: expect.any(String),
    },
    guest: { vmid: 121 },
  });
});

test('a secret is found as text, as bytes of PostgreSQL, and in base64 wherever it stands', () => {
  const secret = canaries.plant('looked-for');
  const forms = [secret, `\\x${Buffer.from(`a${secret}b`).toString('hex')}`];
  for (const before of ['', 'a', 'ab', 'abc']) forms.push(Buffer.from(`${before}${secret} after`).toString('base64'));
  for (const form of forms) expect(canaries.foundIn(`before ${form} after`)).toEqual(['looked-for']);
});
