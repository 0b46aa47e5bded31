import {
  NetBoxAuthError,
  NetBoxResponseError,
  NetBoxUnsupportedVersionError,
  NetBoxVersionChangedError,
} from '../../../clients/netbox/errors';
import { page, startScriptedNetBox, testToken, type ScriptedNetBox } from './scripted-netbox';

describe('a session with NetBox', () => {
  let netbox: ScriptedNetBox;
  beforeEach(async () => {
    netbox = await startScriptedNetBox();
  });
  afterEach(() => netbox.close());

  it.each([
    [
      '4.5.8',
      { etag: false, startPaging: false, indexedBulkErrors: false, interfaceMacWritable: false, excludeConfigContext: true },
    ],
    [
      '4.6.8-Docker-3.4.1',
      { etag: true, startPaging: true, indexedBulkErrors: false, interfaceMacWritable: false, excludeConfigContext: true },
    ],
    [
      '4.7.3',
      { etag: true, startPaging: true, indexedBulkErrors: true, interfaceMacWritable: true, excludeConfigContext: false },
    ],
    ['4.7.99', { etag: true, unknownIdsRefused: true }],
  ])('knows what %s can do', async (version, capabilities) => {
    netbox.version = version;
    const session = await netbox.client().open();
    expect(session.capabilities).toMatchObject(capabilities);
    expect(session).toMatchObject({ versionText: version, plugins: { netbox_branching: '1.2.2' } });
  });

  it.each(['4.5.7', '4.4.9', '4.8.0', '5.0.0', 'banana'])('refuses %s in words', async version => {
    netbox.version = version;
    const opening = netbox.client().open();
    await expect(opening).rejects.toThrow(NetBoxUnsupportedVersionError);
    await expect(opening).rejects.toThrow(version);
  });

  it('opens by itself, once, and reads anew when told to', async () => {
    netbox.answer = () => page([]);
    const client = netbox.client();
    await Promise.all([client.listAll('dcim/sites'), client.listAll('dcim/sites')]);
    netbox.version = '4.6.8';
    expect((await client.session()).version.minor).toBe(7);
    expect((await client.open()).version.minor).toBe(6);
  });

  it('ends a read when NetBox was upgraded meanwhile', async () => {
    netbox.version = '4.6.8';
    netbox.answer = () => page([]);
    const client = netbox.client();
    await client.open();
    netbox.version = '4.7.3';
    await expect(client.listAll('dcim/sites')).rejects.toThrow(NetBoxVersionChangedError);
    await expect(client.listAll('dcim/sites')).rejects.toMatchObject({ retryable: true });
  });

  it('keeps the answer of a write that met the upgrade, and sends nothing after it', async () => {
    netbox.version = '4.6.8';
    netbox.answer = () => ({ status: 201, body: { id: 5 } });
    const client = netbox.client();
    await client.open();
    netbox.version = '4.7.3';
    await expect(client.create('dcim/sites', { name: 'a' })).resolves.toEqual({ id: 5 });
    await expect(client.create('dcim/sites', { name: 'b' })).rejects.toThrow(NetBoxVersionChangedError);
    expect(netbox.requests).toHaveLength(1);
  });

  it.each([
    ['0123456789012345678901234567890123456789', 'Token 0123456789012345678901234567890123456789'],
    [testToken, `Bearer ${testToken}`],
    [`Bearer ${testToken}`, `Bearer ${testToken}`],
    [' Token abc\n', 'Token abc'],
  ])('sends the token %j as a header', async (token, header) => {
    netbox.answer = () => page([]);
    await netbox.client({ token }).listAll('dcim/sites');
    expect(netbox.requests[0]?.headers.authorization).toBe(header);
  });

  it.each(['', 'two words too many', 'line\nbreak'])('refuses %j as a token without repeating it', token => {
    expect(() => netbox.client({ token })).toThrow(
      new TypeError('the NetBox token is empty or has characters that no token has'),
    );
  });

  it('finds NetBox below a base path, and without the /api that people paste', async () => {
    netbox.answer = () => ({ status: 200, body: { 'netbox-version': '4.7.0', plugins: {} } });
    await netbox.client({ baseUrl: `${netbox.url}/base/api/` }).open();
    expect(netbox.requests[0]?.url).toBe('/base/api/status/');
  });

  it('says so when something else answers', async () => {
    netbox.answer = () => ({ status: 200, text: '<html>Log in</html>' });
    await expect(netbox.client({ baseUrl: `${netbox.url}/portal` }).open()).rejects.toThrow(NetBoxResponseError);
    netbox.answer = () => ({ status: 200, body: { hello: 1 } });
    await expect(netbox.client({ baseUrl: `${netbox.url}/portal` }).open()).rejects.toThrow(NetBoxResponseError);
  });

  it('opens again after an opening that failed', async () => {
    netbox.answer = () => ({ status: 403, body: { detail: 'Invalid v2 token' } });
    const client = netbox.client({ baseUrl: `${netbox.url}/base` });
    await expect(client.session()).rejects.toThrow(NetBoxAuthError);
    netbox.answer = () => ({ status: 200, body: { 'netbox-version': '4.7.0', plugins: {} } });
    await expect(client.session()).resolves.toMatchObject({ versionText: '4.7.0' });
  });
});
