import { ProxmoxAuthError, ProxmoxUnavailableError } from '../../../clients/proxmox/errors';
import { closeAll, rejection, sendBare, sendError, sendJson, startPair, type Answer, type SeenRequest } from './support/loopback';

afterEach(async () => {
  jest.restoreAllMocks();
  await closeAll();
});

/** From now on the clock is this much ahead. */
function passTime(ms: number): void {
  const now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => now + ms);
}

const LOGIN = { type: 'password', username: 'writer@pve', password: 'correct horse' } as const;

/** Accepts only the ticket that it gave out last; `revoke` makes that one invalid, too. */
function ticketServer(): { readonly answer: Answer; readonly logins: () => number; readonly revoke: () => void } {
  let given = 0;
  let valid = true;
  const ticket = () => `PVE:writer@pve:0000000${given}::SIGNATURE+/=`;
  const accepted = (request: SeenRequest) =>
    valid &&
    request.headers.cookie === `PVEAuthCookie=${encodeURIComponent(ticket())}` &&
    (request.method === 'GET' || request.headers['csrfpreventiontoken'] === `csrf-${given}`);
  return {
    logins: () => given,
    revoke: () => (valid = false),
    answer: (request, response) => {
      if (request.path === '/access/ticket') {
        if (new URLSearchParams(request.body).get('password') !== LOGIN.password)
          return sendError(response, 401, 'authentication failure');
        given += 1;
        valid = true;
        return sendJson(response, { ticket: ticket(), CSRFPreventionToken: `csrf-${given}`, username: LOGIN.username });
      }
      return accepted(request) ? sendJson(response, { version: '9.2.11' }) : sendBare(response, 401, 'Authentication failed!');
    },
  };
}

describe('a wrong token', () => {
  test('is sent once, however many calls come at the same time and after', async () => {
    const { client, server } = await startPair((_, response) => sendBare(response, 401, 'Authentication failed!'));
    const failures = await Promise.all(Array.from({ length: 10 }, () => rejection(client.version())));
    failures.push(await rejection(client.request('PUT', '/cluster/options', { description: 'x' })));
    expect(failures.every(failure => failure instanceof ProxmoxAuthError)).toBe(true);
    expect(failures.filter(failure => /not sent/.test(String(failure)))).toHaveLength(10);
    expect(server.seen).toHaveLength(1);
  });

  test('that was right before', async () => {
    let revoked = false;
    const { client, server } = await startPair((_, response) =>
      revoked ? sendBare(response, 401, 'Authentication failed!') : sendJson(response, { version: '9' }),
    );
    await client.version();
    revoked = true;
    expect(await rejection(client.version())).toBeInstanceOf(ProxmoxAuthError);
    expect(await rejection(client.version())).toMatchObject({ message: expect.stringMatching(/not sent/) });
    expect(server.seen).toHaveLength(2);
  });

  test('that was put right is tried again after a minute', async () => {
    let right = false;
    const { client, server } = await startPair((_, response) =>
      right ? sendJson(response, { version: '9' }) : sendBare(response, 401, 'Authentication failed!'),
    );
    await rejection(client.version());
    right = true;
    expect(await rejection(client.version())).toBeInstanceOf(ProxmoxAuthError);
    passTime(61_000);
    expect(await client.version()).toMatchObject({ version: '9' });
    expect(server.seen).toHaveLength(2);
  });

  test('a refusal of rights is none of the credential', async () => {
    const { client, server } = await startPair((_, response) =>
      sendError(response, 403, 'Permission check failed (/, Sys.Audit)'),
    );
    await rejection(client.clusterStatus());
    await rejection(client.clusterStatus());
    expect(server.seen).toHaveLength(2);
  });
});

describe('a login', () => {
  test('is shared by all calls, with a CSRF token for writes only', async () => {
    const { answer, logins } = ticketServer();
    const { client, server } = await startPair(answer, { auth: LOGIN });
    await Promise.all([client.version(), client.version(), client.request('PUT', '/cluster/options', { description: 'x' })]);
    expect(logins()).toBe(1);
    expect(server.seen[0]).toMatchObject({
      method: 'POST',
      path: '/access/ticket',
      body: 'username=writer%40pve&password=correct+horse',
    });
    const read = server.seen.find(request => request.method === 'GET');
    expect(read?.headers['csrfpreventiontoken']).toBeUndefined();
    expect(read?.headers.authorization).toBeUndefined();
  });

  test('is renewed when the ticket is refused, for reads and for writes', async () => {
    const server = ticketServer();
    const { client } = await startPair(server.answer, { auth: LOGIN });
    await client.version();
    server.revoke();
    expect((await client.version()).version).toBe('9.2.11');
    server.revoke();
    await client.request('PUT', '/cluster/options', { description: 'x' });
    expect(server.logins()).toBe(3);
  });

  test('is renewed before Proxmox lets the ticket expire', async () => {
    const server = ticketServer();
    const { client } = await startPair(server.answer, { auth: LOGIN });
    await client.version();
    passTime(61 * 60_000);
    await client.version();
    expect(server.logins()).toBe(2);
  });

  test('with a wrong password is tried once and not shown', async () => {
    const { client, server } = await startPair(ticketServer().answer, { auth: { ...LOGIN, password: 'wrong horse' } });
    const failure = await rejection(client.version());
    expect(failure).toBeInstanceOf(ProxmoxAuthError);
    expect(JSON.stringify([String(failure), failure])).not.toMatch(/wrong horse|wrong\+horse/);
    await rejection(client.version());
    expect(server.seen).toHaveLength(1);
  });

  test('that asks for a second factor', async () => {
    const { client } = await startPair((_, response) => sendJson(response, { ticket: 'PVE:!tfa!x', NeedTFA: 1 }), {
      auth: LOGIN,
    });
    const failure = await rejection(client.version());
    expect(failure).toBeInstanceOf(ProxmoxAuthError);
    expect(failure).toMatchObject({ message: expect.stringMatching(/use an API token/) });
  });

  test('whose answer is lost means that the write was not sent', async () => {
    const { client, server } = await startPair((_, response) => response.socket?.destroy(), { auth: LOGIN });
    expect(await rejection(client.request('PUT', '/cluster/options', { description: 'x' }))).toBeInstanceOf(
      ProxmoxUnavailableError,
    );
    expect(server.seen.every(request => request.path === '/access/ticket')).toBe(true);
  });
});
