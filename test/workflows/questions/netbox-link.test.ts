import { startNetBoxSimulator, type RunningNetBox } from '../../../simulators/netbox/server';
import { startSyncWorld, type SyncWorld } from '../../support/sync-world';

jest.setTimeout(180_000);

let netbox: RunningNetBox;
let world: SyncWorld;

beforeAll(async () => {
  netbox = await startNetBoxSimulator();
  world = await startSyncWorld(netbox);
  await world.startWorker();
}, 120_000);
afterAll(async () => {
  await world.stop();
  await netbox.close();
});
beforeEach(async () => {
  netbox.simulator.reset();
  netbox.simulator.createUser({ username: 'Lena.NetBox', password: 'canary-netbox-password' });
  await world.database.pool.query(`delete from app_user where username <> 'admin'; truncate login_failure`);
});

interface Problem {
  status: number;
  code?: string;
  detail?: string;
  netboxUsername?: string;
}

/** A person of ours with a session's worth of rights about themselves. */
async function person(
  username: string,
): Promise<{ id: string; prove(login?: object): Promise<Problem>; unlink(): Promise<number> }> {
  const password = 'correct horse battery';
  const { id } = await world.api<{ id: string }>('POST', '/users', { username, password });
  const signedIn = await fetch(`${world.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const { csrfToken }: { csrfToken: string } = await signedIn.json();
  const headers = { cookie, 'x-csrf-token': csrfToken, 'content-type': 'application/json', origin: world.url };
  return {
    id,
    async prove(login = { username: 'Lena.NetBox', password: 'canary-netbox-password' }) {
      const answer = await fetch(`${world.url}/auth/netbox-link`, { method: 'POST', headers, body: JSON.stringify(login) });
      return { status: answer.status, ...((await answer.json()) as object) };
    },
    unlink: async () => (await fetch(`${world.url}/auth/netbox-link`, { method: 'DELETE', headers })).status,
  };
}

const linkedAs = async (id: string): Promise<string | null> =>
  (await world.api<{ netboxUsername: string | null }>('GET', `/users/${id}`)).netboxUsername;
const tokens = (): number => [...netbox.simulator.world.table('users.token').rows()].length;

test('whoever signs in at NetBox is linked with that user as NetBox writes the name, and no token stays there', async () => {
  const lena = await person('lena');
  const before = tokens();
  expect(await lena.prove()).toEqual({ status: 200, netboxUsername: 'Lena.NetBox' });
  expect(await linkedAs(lena.id)).toBe('Lena.NetBox');
  expect(tokens()).toBe(before);

  expect(await lena.unlink()).toBe(204);
  expect(await linkedAs(lena.id)).toBeNull();
  const { items } = await world.api<{ items: { action: string; phase: string; result: string | null }[] }>(
    'GET',
    '/audit?action=user.link-netbox',
  );
  expect(items.filter(({ phase }) => phase === 'outcome').map(({ result }) => result)).toEqual(
    expect.arrayContaining(['succeeded', 'succeeded']),
  );
});

test('a wrong password links nobody, and after some of them nobody may try for a while', async () => {
  const lena = await person('lena');
  const wrong = { username: 'Lena.NetBox', password: 'wrong' };
  expect(await lena.prove(wrong)).toMatchObject({ status: 422, code: 'netbox-sign-in-failed' });
  expect(await linkedAs(lena.id)).toBeNull();
  let last = await lena.prove(wrong);
  for (let n = 0; n < 12 && last.status === 422; n++) last = await lena.prove(wrong);
  expect(last).toMatchObject({ status: 429, code: 'locked-out' });
});

test('a NetBox user is linked with one person', async () => {
  const [lena, other] = [await person('lena'), await person('other')];
  await lena.prove();
  expect(await other.prove()).toMatchObject({ status: 409, code: 'netbox-user-taken' });
  expect(await linkedAs(other.id)).toBeNull();
  expect(await linkedAs(lena.id)).toBe('Lena.NetBox');
});

test('a NetBox that is down, and a worker that is not there, are told apart from a wrong password', async () => {
  const lena = await person('lena');
  netbox.simulator.faults.add({ match: { count: 1000 }, when: 'before', action: { kind: 'status', status: 503 } });
  expect(await lena.prove()).toMatchObject({ status: 503, code: 'netbox-unavailable' });
  expect(await linkedAs(lena.id)).toBeNull();
});

test('the password is in no row, no history and no audit row afterwards', async () => {
  const lena = await person('lena');
  await lena.prove();
  const { rows } = await world.database.pool.query(
    `select row_to_json(a) as row from netbox_link_attempt a union all select row_to_json(l) from audit l union all select row_to_json(u) from app_user u`,
  );
  expect(JSON.stringify(rows)).not.toContain('canary-netbox-password');
  const { rows: kept } = await world.database.pool.query('select 1 from netbox_link_attempt where ciphertext is not null');
  expect(kept).toEqual([]);
  let histories = 0;
  for await (const { workflowId } of world.client.workflow.list({ query: `WorkflowType = 'netboxLink'` })) {
    histories++;
    const text = JSON.stringify(await world.client.workflow.getHandle(workflowId).fetchHistory());
    expect(text).not.toContain(Buffer.from('canary-netbox-password').toString('base64').replace(/=+$/, ''));
    expect(text).not.toContain('canary-netbox-password');
  }
  expect(histories).toBeGreaterThan(0);
});
