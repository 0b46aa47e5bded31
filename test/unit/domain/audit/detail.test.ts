import { auditDetail, auditText } from '../../../../domain/audit/detail';
import { canonicalJson } from '../../../../domain/json';

describe('the detail of an audit row', () => {
  test('has no value of a field that is named like a secret, however deep', () => {
    const detail = auditDetail({
      name: 'pve-a',
      credentials: { read: { kind: 'token', principal: 'proxbox@pve!sync', secret: 'canary' } },
      headers: [{ Authorization: 'canary', 'X-Proxbox-API-Key': 'canary' }],
      newPassword: 'canary',
      tokenId: 'proxbox@pve!sync',
      hasPassword: true,
    });

    expect(canonicalJson(detail)).not.toContain('canary');
    expect(detail).toMatchObject({ name: 'pve-a', tokenId: 'proxbox@pve!sync', hasPassword: true, newPassword: '[redacted]' });
  });

  test.each([
    ['a Proxmox token', 'PVEAPIToken=proxbox@pve!sync=0f3a9c1e-canary'],
    ['a bearer token', 'Authorization: Bearer canary-canary'],
    ['a NetBox token', 'Token 0123456789abcdef0123456789abcdefca9a47ff'],
    ['a NetBox token of version 2', 'nbt_abc.canarycanary'],
    ['a token of this service', 'pbx_0a1b2c3d_canarycanarycanarycanary'],
    ['a password in a URL', 'postgresql://proxbox:canary@db:5432/proxbox'],
    ['a password in a query', 'GET /x?user=me&password=canary&y=1'],
    ['a Proxmox ticket', 'cookie PVE:root@pam:6543ABCD::canary=='],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END RSA PRIVATE KEY-----'],
    ['a secret in JSON', '{"client_secret": "canary"}'],
  ])('leaves out %s in a text', (_, text) => {
    const shown = auditText(`it said: ${text}`);
    expect(shown).not.toMatch(/canary|ca9a47ff/);
    expect(shown).toContain('[redacted]');
  });

  test.each(['The token has expired.', 'password: at least 12 characters', 'https://pve.example.com:8006/api2'])(
    'keeps words about secrets as they are: %s',
    text => expect(auditText(text)).toBe(text),
  );

  test('is small whatever it is made of', () => {
    const detail = auditDetail({
      text: 'x'.repeat(100_000),
      list: Array.from({ length: 10_000 }, (_, n) => n),
      deep: { a: { b: { c: { d: { e: { f: { g: 'far down' } } } } } } },
      many: Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`key${n}`, n])),
    });
    expect(canonicalJson(detail).length).toBeLessThan(8_192);
    expect(canonicalJson(detail)).not.toContain('far down');

    const texts = auditDetail({ list: Array.from({ length: 100 }, () => 'y'.repeat(1_000)) });
    expect(texts).toEqual({ truncated: true, keys: ['list'] });
  });

  test('is what JSON and PostgreSQL can hold', () => {
    expect(
      auditDetail({ nothing: undefined, time: new Date(0), big: 12n, odd: NaN, run: () => 1, zero: 'a\0b', half: 'a\ud800b' }),
    ).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      big: '12',
      odd: null,
      run: null,
      zero: 'a b',
      half: 'a\uFFFDb',
    });
  });
});
