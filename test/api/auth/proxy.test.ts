import { addressKey } from '../../../api/auth/attempts';
import { adminPassword, type ApiServer, startApiServer } from '../support/api-server';

/** What a proxy in front says about the browser behind it counts when that proxy is trusted, and else not at all. */

const login = (server: ApiServer, headers: Record<string, string>, password = adminPassword) =>
  fetch(`${server.url}/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ username: 'admin', password }),
    headers: { 'content-type': 'application/json', ...headers },
  });

const https = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'proxbox.example.com', origin: 'https://proxbox.example.com' };

async function countedAddresses(server: ApiServer): Promise<string[]> {
  await login(server, { 'x-forwarded-for': '192.0.2.7' }, 'wrong');
  const { rows } = await server.database.pool.query<{ key: Buffer }>('select key from login_failure');
  return ['127.0.0.1', '192.0.2.7'].filter(address => rows.some(({ key }) => key.equals(addressKey(address))));
}

test('a trusted proxy says by which address, host and scheme the browser came', async () => {
  const server = await startApiServer({ trustedProxies: ['127.0.0.0/8'] });
  const answer = await login(server, https);
  expect(answer.status).toBe(200);
  expect(answer.headers.getSetCookie()[0]).toContain('; Secure;');
  expect(await countedAddresses(server)).toEqual(['192.0.2.7']);
  await server.stop();
});

test('nobody else does, so that failures are not counted for an address of one’s choice', async () => {
  const server = await startApiServer();
  expect((await login(server, https)).status).toBe(403);
  expect((await login(server, { 'x-forwarded-proto': 'https' })).headers.getSetCookie()[0]).not.toContain('Secure');
  expect(await countedAddresses(server)).toEqual(['127.0.0.1']);
  await server.stop();
});

test('of an IPv6 address its network is counted', () => {
  expect(addressKey('2001:db8::1')).toEqual(addressKey('2001:db8::ffff'));
  expect(addressKey('2001:db8::1')).not.toEqual(addressKey('2001:db8:1::1'));
  expect(addressKey('192.0.2.1')).not.toEqual(addressKey('192.0.2.2'));
});
