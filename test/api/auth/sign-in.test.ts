import { addressKey } from '../../../api/auth/attempts';
import { meView, signedInView } from '../../../api/auth/schema';
import { adminPassword, type Answer, type ApiServer, startApiServer } from '../support/api-server';
import { problemOf } from '../support/shapes';
import { addPerson } from './support/people';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());
beforeEach(() => server.database.pool.query('delete from login_failure'));

const PASSWORD = 'a password of ann';

/** Sends a request as a browser would: with a cookie and no token. */
async function browse(
  method: string,
  path: string,
  init: { cookie?: string; headers?: Record<string, string>; body?: string } = {},
) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    redirect: 'manual',
    headers: { ...(init.cookie !== undefined && { cookie: init.cookie }), ...init.headers },
    ...(init.body !== undefined && { body: init.body }),
  });
  const text = await response.text();
  const body: unknown = text.startsWith('{') ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body };
}

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const own = { 'sec-fetch-site': 'same-origin' };

const login = (username: string, password: string, headers: Record<string, string> = {}) =>
  browse('POST', '/auth/login', { headers: { ...json, ...headers }, body: JSON.stringify({ username, password }) });

const cookieOf = ({ headers }: Pick<Answer, 'headers'>): string => headers.getSetCookie()[0]?.split(';')[0] ?? '';

async function signedIn(username: string, password: string) {
  const answer = await login(username, password);
  expect(answer.status).toBe(200);
  return { cookie: cookieOf(answer), csrf: signedInView.parse(answer.body).csrfToken };
}

const status = async (cookie: string) => (await browse('GET', '/auth/me', { cookie })).status;

describe('signing in', () => {
  test('gives a cookie that no script reads and no other site sends, and that is its user', async () => {
    const ann = await addPerson(server, { username: 'Ann', password: PASSWORD, roles: ['viewer'] });
    const answer = await login('aNN', PASSWORD);
    const [setCookie = ''] = answer.headers.getSetCookie();
    expect(setCookie).toMatch(/^proxbox_session=[\w-]{43}; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/);

    const me = meView.parse((await browse('GET', '/auth/me', { cookie: `other=1; ${cookieOf(answer)}` })).body);
    expect(me).toEqual({
      kind: 'user',
      userId: ann.id,
      username: 'Ann',
      how: 'session',
      permissions: [{ permission: 'view', endpoints: null }],
      csrfToken: signedInView.parse(answer.body).csrfToken,
    });
  });

  test('by a form goes on to the page that was asked for, and never to another site', async () => {
    const send = (next: string) =>
      browse('POST', '/auth/login', {
        headers: { ...form, ...own },
        body: new URLSearchParams({ username: 'admin', password: adminPassword, next }).toString(),
      });
    const answer = await send('/runs?state=failed');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/runs?state=failed']);
    expect(await status(cookieOf(answer))).toBe(200);
    for (const next of ['//evil.example', '/\\evil.example', '/.//evil.example', 'https://evil.example', 'javascript:alert(1)']) {
      expect((await send(next)).headers.get('location')).toBe('/');
    }
  });

  test('is answered the same whether the user, the password or the permission to sign in is missing', async () => {
    await addPerson(server, { username: 'off', password: PASSWORD, enabled: false });
    await addPerson(server, { username: 'keyless' });
    const answers = [
      await login('admin', 'not the password'),
      await login('nobody', PASSWORD),
      await login('off', PASSWORD),
      await login('keyless', PASSWORD),
    ];
    const problems = answers.map(answer => ({ ...problemOf(answer), traceId: '' }));
    expect(problems[0]).toMatchObject({ status: 401, code: 'sign-in-failed' });
    for (const problem of problems) expect(problem).toEqual(problems[0]);
    for (const answer of answers) expect(answer.headers.getSetCookie()).toEqual([]);
    expect(problemOf(await login('no such\u0000name', PASSWORD)).code).toBe('sign-in-failed');
  });

  test('is refused to a page of another site', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect(problemOf(await login('admin', adminPassword, headers)).code).toBe('csrf-failed');
    }
  });
});

describe('failures to sign in', () => {
  test('lock the user after the fifth, for everybody and in every process, and the right password does not help', async () => {
    await addPerson(server, { username: 'bea', password: PASSWORD });
    const statuses: number[] = [];
    for (let index = 0; index < 6; index += 1) statuses.push((await login('bea', `wrong ${index}`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);

    await server.database.pool.query('delete from login_failure where key = $1', [addressKey('127.0.0.1')]);
    const answer = await login('BEA', PASSWORD);
    expect(problemOf(answer)).toMatchObject({ status: 429, code: 'locked-out', retryable: true });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(290);
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(300);
  });

  test('lock the address, too, whatever users it tries', async () => {
    for (let index = 0; index < 5; index += 1) expect((await login(`user-${index}`, PASSWORD)).status).toBe(401);
    expect((await login('admin', adminPassword)).status).toBe(429);
  });

  test('are cleared by a success', async () => {
    for (let round = 0; round < 2; round += 1) {
      for (let index = 0; index < 4; index += 1) expect((await login('admin', 'wrong')).status).toBe(401);
      expect((await login('admin', adminPassword)).status).toBe(200);
    }
  });

  test('that come all at once are not more than five', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => login('admin', `wrong ${index}`)));
    expect(answers.filter(({ status: code }) => code === 401)).toHaveLength(5);
    expect(answers.filter(({ status: code }) => code === 429)).toHaveLength(7);
  });

  test('lock twice as long each time', async () => {
    const lock = async () => {
      await login('admin', 'wrong');
      const { rows } = await server.database.pool.query<{ seconds: number }>(
        `select round(extract(epoch from locked_until - last_at))::integer as seconds from login_failure`,
      );
      await server.database.pool.query(`update login_failure set locked_until = now() - interval '1 second'`);
      return rows.map(({ seconds }) => seconds);
    };
    for (let index = 0; index < 4; index += 1) await login('admin', 'wrong');
    expect(await lock()).toEqual([300, 300]);
    expect(await lock()).toEqual([600, 600]);
  });

  test('to give the old password lock as well', async () => {
    const cyd = await addPerson(server, { password: PASSWORD });
    const change = (oldPassword: string) =>
      cyd.ask('PUT', '/auth/password', { body: { oldPassword, newPassword: 'another password' } });
    for (let index = 0; index < 5; index += 1) expect((await change(`wrong ${index}`)).status).toBe(422);
    expect(problemOf(await change(PASSWORD)).code).toBe('locked-out');
  });
});

describe('a session', () => {
  test('changes something only for a page of ours that knows its token', async () => {
    const { cookie, csrf } = await signedIn('admin', adminPassword);
    const create = (name: string, headers: Record<string, string>) =>
      browse('POST', '/roles', {
        cookie,
        headers: { ...json, ...headers },
        body: JSON.stringify({ name, permissions: ['view'] }),
      });
    const token = { 'x-csrf-token': csrf };
    const host = { origin: server.url };

    for (const headers of [
      {},
      own,
      token,
      { ...own, 'x-csrf-token': 'wrong' },
      { ...token, 'sec-fetch-site': 'same-site' },
      { ...token, 'sec-fetch-site': 'cross-site', ...host },
      { ...token, origin: 'https://evil.example' },
      { ...token, origin: 'null' },
      { ...token, referer: 'https://evil.example/x' },
    ]) {
      expect(problemOf(await create('forged', headers)).code).toBe('csrf-failed');
    }
    for (const [index, headers] of [own, host, { referer: `${server.url}/page` }].entries()) {
      expect((await create(`own ${index}`, { ...token, ...headers })).status).toBe(201);
    }
    expect(JSON.stringify((await browse('GET', '/roles', { cookie })).body)).not.toContain('forged');
  });

  test('ends by a form with its token, and not by one without', async () => {
    const { cookie, csrf } = await signedIn('admin', adminPassword);
    const out = (fields: Record<string, string>) =>
      browse('POST', '/auth/logout', { cookie, headers: { ...form, ...own }, body: new URLSearchParams(fields).toString() });
    expect((await out({})).status).toBe(403);
    expect(await status(cookie)).toBe(200);

    const answer = await out({ _csrf: csrf });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    expect(answer.headers.getSetCookie()[0]).toMatch(/^proxbox_session=;/);
    expect(await status(cookie)).toBe(401);
  });

  test('is over when its time is, when its user is disabled, and when its user is deleted', async () => {
    for (const [index, statement] of [
      `update session set expires_at = now() where user_id = $1`,
      `update app_user set enabled = false where id = $1`,
      `delete from app_user where id = $1`,
    ].entries()) {
      const person = await addPerson(server, { username: `short-${index}`, password: PASSWORD });
      const { cookie } = await signedIn(person.username, PASSWORD);
      expect(await status(cookie)).toBe(200);
      await server.database.pool.query(statement, [person.id]);
      expect(await status(cookie)).toBe(401);
    }
  });

  test('does not come back when its user is enabled again', async () => {
    const person = await addPerson(server, { password: PASSWORD });
    const { cookie } = await signedIn(person.username, PASSWORD);
    const enable = async (enabled: boolean) =>
      (await server.ask('PATCH', `/users/${person.id}`, { body: { enabled }, headers: { 'if-match': '*' } })).status;
    expect([await enable(false), await enable(true)]).toEqual([200, 200]);
    expect(await status(cookie)).toBe(401);
  });

  test('stays when its user sets a new password there, and all others end', async () => {
    const person = await addPerson(server, { password: PASSWORD });
    const [here, there] = [await signedIn(person.username, PASSWORD), await signedIn(person.username, PASSWORD)];
    const answer = await browse('PUT', '/auth/password', {
      cookie: here.cookie,
      headers: { ...json, ...own, 'x-csrf-token': here.csrf },
      body: JSON.stringify({ oldPassword: PASSWORD, newPassword: 'another password' }),
    });
    expect(answer.status).toBe(204);
    expect([await status(here.cookie), await status(there.cookie)]).toEqual([200, 401]);
    expect((await login(person.username, PASSWORD)).status).toBe(401);
    expect((await login(person.username, 'another password')).status).toBe(200);
  });

  test('ends when an administrator sets a password', async () => {
    const person = await addPerson(server, { password: PASSWORD });
    const { cookie } = await signedIn(person.username, PASSWORD);
    expect((await server.ask('PUT', `/users/${person.id}/password`, { body: { password: 'set by another' } })).status).toBe(204);
    expect(await status(cookie)).toBe(401);
    expect((await login(person.username, 'set by another')).status).toBe(200);
  });

  test('counts less than a token that is sent along', async () => {
    const { cookie } = await signedIn('admin', adminPassword);
    const answer = await browse('GET', '/auth/me', { cookie, headers: { authorization: 'Bearer wrong' } });
    expect(answer.status).toBe(401);
  });
});
