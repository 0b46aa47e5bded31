import {
  NetBoxAuthError,
  NetBoxConflictError,
  NetBoxError,
  NetBoxNotFoundError,
  NetBoxPermissionError,
  NetBoxPreconditionError,
  NetBoxResponseError,
  NetBoxTlsError,
  NetBoxUnavailableError,
  NetBoxValidationError,
} from '../../../clients/netbox/errors';
import { selfSignedCertificate } from './self-signed';
import { rejection, startScriptedNetBox, testToken, type ScriptedAnswer, type ScriptedNetBox } from './scripted-netbox';

describe("NetBox's refusals", () => {
  let netbox: ScriptedNetBox;
  beforeEach(async () => {
    netbox = await startScriptedNetBox();
  });
  afterEach(() => netbox.close());

  const conflict = `Unable to delete object. 1829 dependent objects were found: ${'vm, '.repeat(20_000)}`;

  it.each<[string, ScriptedAnswer, new (...given: never[]) => NetBoxError, object]>([
    ['a wrong token', { status: 403, body: { detail: 'Invalid v2 token' } }, NetBoxAuthError, {}],
    ['no token', { status: 403, body: { detail: 'Authentication credentials were not provided.' } }, NetBoxAuthError, {}],
    ['a disabled token', { status: 403, body: { detail: 'Token disabled' } }, NetBoxAuthError, {}],
    [
      'a token from elsewhere',
      { status: 403, body: { detail: 'Source IP 1.2.3.4 is not permitted to authenticate using this token.' } },
      NetBoxAuthError,
      {},
    ],
    ["a proxy's login", { status: 401, text: 'no' }, NetBoxAuthError, {}],
    [
      'a missing right',
      { status: 403, body: { detail: 'You do not have permission to perform this action.' } },
      NetBoxPermissionError,
      {},
    ],
    ['no such object', { status: 404, body: { detail: 'No Site matches the given query.' } }, NetBoxNotFoundError, {}],
    ['no such route', { status: 404, text: '<!DOCTYPE html>' }, NetBoxNotFoundError, {}],
    [
      'dependents',
      { status: 409, body: { detail: conflict } },
      NetBoxConflictError,
      { text: expect.stringMatching(/^Unable to delete.{400,490}…$/) },
    ],
    [
      'a stale object',
      { status: 412, body: { detail: 'Precondition failed.' }, headers: { etag: 'W/"x"' } },
      NetBoxPreconditionError,
      { currentEtag: 'W/"x"' },
    ],
    [
      'a redirect',
      { status: 301, headers: { location: 'https://elsewhere.test/' } },
      NetBoxResponseError,
      { message: expect.stringContaining('elsewhere.test') },
    ],
    ['a request that is too large', { status: 413, text: '<html>' }, NetBoxValidationError, { fields: {} }],
    ["a proxy's 400", { status: 400, text: '<html>Request Line is too large' }, NetBoxResponseError, {}],
    ['junk', { status: 418, text: 'teapot' }, NetBoxResponseError, {}],
  ])('tells %s', async (_, answer, kind, properties) => {
    netbox.answer = () => answer;
    const error = await rejection(netbox.client().remove('dcim/sites', 1));
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ retryable: false, ...properties });
  });

  it.each<[string, unknown, Record<string, string[]>]>([
    ['fields', { name: ['a', 'b'], status: ['c'] }, { name: ['a', 'b'], status: ['c'] }],
    ['the whole object', { __all__: ['a'], non_field_errors: ['b'] }, { __all__: ['a', 'b'] }],
    [
      'custom fields',
      { custom_fields: { x: "Custom field 'x' does not exist" } },
      { 'custom_fields.x': ["Custom field 'x' does not exist"] },
    ],
    ['a plain list', ['a'], { __all__: ['a'] }],
    ['a detail', { detail: 'a' }, { __all__: ['a'] }],
  ])('keeps the words about %s', async (_, body, fields) => {
    netbox.answer = () => ({ status: 400, body });
    expect(await rejection(netbox.client().create('dcim/sites', {}))).toMatchObject({ name: 'NetBoxValidationError', fields });
  });

  it('never shows the token', async () => {
    const answers: ScriptedAnswer[] = [
      'drop',
      { status: 403, body: { detail: 'Invalid v2 token' } },
      { status: 500, text: 'x' },
      { status: 200, text: 'x' },
    ];
    for (const answer of answers) {
      netbox.answer = () => answer;
      for (const error of [
        await rejection(netbox.client().create('dcim/sites', {})),
        await rejection(netbox.client().get('dcim/sites', 1)),
      ]) {
        expect(error).toBeInstanceOf(NetBoxError);
        expect(everything(error)).not.toContain(testToken.slice(-20));
      }
    }
  });

  it('names request and NetBox request id', async () => {
    netbox.answer = () => ({ status: 404, body: { detail: 'gone' }, headers: { 'x-request-id': 'abc' } });
    await expect(netbox.client().get('dcim/sites', 7)).rejects.toThrow('gone (GET /api/dcim/sites/7/, status 404, request abc)');
  });

  it('says that nobody listens', async () => {
    const gone = await startScriptedNetBox();
    await gone.close();
    const opening = netbox.client({ baseUrl: gone.url }).open();
    await expect(opening).rejects.toThrow(NetBoxUnavailableError);
    await expect(opening).rejects.toThrow('ECONNREFUSED');
  });
});

describe('TLS', () => {
  let netbox: ScriptedNetBox;
  beforeAll(async () => {
    netbox = await startScriptedNetBox({ tls: true });
  });
  afterAll(() => netbox.close());

  it('refuses a certificate that nobody vouches for, at once', async () => {
    await expect(netbox.client().open()).rejects.toThrow(NetBoxTlsError);
  });

  it('accepts it from its own authority', async () => {
    await expect(netbox.client({ tls: { mode: 'ca', ca: selfSignedCertificate } }).open()).resolves.toMatchObject({
      versionText: '4.7.3',
    });
  });

  it('accepts anything when told so', async () => {
    await expect(netbox.client({ tls: { mode: 'insecure' } }).open()).resolves.toMatchObject({ versionText: '4.7.3' });
  });
});

/** All that a log could print of an error, with its causes. */
function everything(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.message, error.stack, JSON.stringify(error), everything(error.cause)].join('\n');
}
