import { randomUUID } from 'node:crypto';
import type { UserView } from '../../../api/people/schema';
import { Secret } from '../../../config/secret';
import { type ChildProgram, startProgram } from '../../support/child-program';
import { type ApiServer, startApiServer } from '../support/api-server';
import { Browser } from './support/browser';

jest.setTimeout(60_000);

const PUBLIC = 'https://proxbox.example.com';
const CALLBACK = `${PUBLIC}/ui/sign-in/oidc/callback`;

let provider: ChildProgram;
let issuer: string;
let server: ApiServer;

beforeAll(async () => {
  provider = startProgram('test/api/auth/programs/oidc-provider.mjs', [CALLBACK]);
  issuer = await provider.nextLine();
  server = await startApiServer({
    oidc: {
      issuer,
      clientId: 'proxbox',
      clientSecret: new Secret('canary-client-secret'),
      scopes: ['openid', 'profile', 'email'],
      groupsClaim: 'groups',
      rolesOfGroup: { netops: ['operator'], readers: ['viewer', 'no such role'] },
      netboxUserClaim: 'netbox_user',
      button: 'Sign in with Example',
    },
  });
}, 60_000);
afterAll(async () => {
  await server.stop();
  await provider.kill();
});

/** Who the provider signs in from now on. */
const isNow = async (login: string, claims: object = {}): Promise<void> => {
  await fetch(`${issuer}/people`, { method: 'POST', body: JSON.stringify({ login, claims }) });
};
const newBrowser = (): Browser => new Browser({ [PUBLIC]: server.url });
const atCallback = (url: URL): boolean => url.href.startsWith(CALLBACK);
const ownPage = (url: URL): boolean => url.origin === PUBLIC && !url.pathname.startsWith('/ui/sign-in');

/** The whole way; gives the page that it ends on. */
const signIn = (browser: Browser, next = '/ui'): Promise<string> =>
  browser.followTo(`${PUBLIC}/ui/sign-in/oidc?next=${encodeURIComponent(next)}`, ownPage);
const pageOf = async (browser: Browser, url: string): Promise<{ status: number; html: string }> => {
  const answer = await browser.visit(url);
  return { status: answer.status, html: await answer.text() };
};
const users = async (): Promise<UserView[]> => ((await server.ask('GET', '/users')).body as { items: UserView[] }).items;
const userOf = async (subject: string): Promise<UserView | undefined> =>
  (await users()).find(({ external }) => external?.subject === subject);
const rolesOf = async (id: string): Promise<string[]> =>
  ((await server.ask('GET', `/users/${id}/roles`)).body as { items: { role: { name: string } }[] }).items.map(
    ({ role }) => role.name,
  );

test('the button leads to the provider and back to the page that was wanted, signed in as a new user with the roles of the groups', async () => {
  const subject = randomUUID();
  await isNow(subject, {
    preferred_username: 'lena',
    name: 'Lena Example',
    email: 'lena@example.com',
    groups: ['readers', 'strangers'],
  });
  const browser = newBrowser();
  const { html } = await pageOf(browser, `${PUBLIC}/ui/sign-in?next=%2Fui%2Fruns`);
  expect(html).toMatch(/href="\/ui\/sign-in\/oidc\?next=%2Fui%2Fruns"[^>]*>Sign in with Example</);

  expect(await signIn(browser, '/ui/runs')).toBe(`${PUBLIC}/ui/runs`);
  const page = await pageOf(browser, `${PUBLIC}/ui/runs`);
  expect(page).toMatchObject({ status: 200, html: expect.stringContaining('>lena</a>') });

  const user = await userOf(subject);
  expect(user).toMatchObject({
    username: 'lena',
    displayName: 'Lena Example',
    hasPassword: false,
    external: { issuer, subject },
  });
  expect(await rolesOf(user?.id ?? '')).toEqual(['viewer']);
  expect(server.logged()).not.toContain('canary-client-secret');
});

test('other groups at the next sign-in are other roles, and what a person gave stays', async () => {
  const subject = randomUUID();
  await isNow(subject, { preferred_username: 'mona', groups: ['netops', 'readers'] });
  await signIn(newBrowser());
  const { id = '' } = (await userOf(subject)) ?? {};
  expect(await rolesOf(id)).toEqual(['operator', 'viewer']);
  await server.ask('POST', `/users/${id}/roles`, { body: { role: 'auditor' } });
  await server.ask('POST', `/users/${id}/roles`, { body: { role: 'viewer' } });

  await isNow(subject, { preferred_username: 'mona' });
  await signIn(newBrowser());
  expect(await rolesOf(id)).toEqual(['auditor', 'viewer']);
  expect(await users()).toEqual(expect.arrayContaining([expect.objectContaining({ id, username: 'mona' })]));
});

test('nobody becomes somebody here by having their name or their mail address there', async () => {
  await server.ask('POST', '/users', {
    body: { username: 'boss', email: 'boss@example.com', password: 'correct horse battery' },
  });
  const subject = randomUUID();
  await isNow(subject, { preferred_username: 'boss', email: 'boss@example.com', groups: [] });
  await signIn(newBrowser());
  expect(await userOf(subject)).toMatchObject({ username: 'boss-2' });
  expect((await users()).find(({ username }) => username === 'boss')?.external).toBeNull();

  await isNow(randomUUID(), { preferred_username: 'admin', groups: [] });
  await signIn(newBrowser());
  expect((await users()).filter(({ username }) => username.startsWith('admin')).map(({ username }) => username)).toEqual([
    'admin',
    'admin-2',
  ]);
});

test('a claim links with the NetBox user that it names, unless somebody else has it', async () => {
  const [one, two] = [randomUUID(), randomUUID()];
  await isNow(one, { netbox_user: 'nb-ops' });
  await signIn(newBrowser());
  await isNow(two, { netbox_user: 'NB-OPS' });
  await signIn(newBrowser());
  expect(await userOf(one)).toMatchObject({ netboxUsername: 'nb-ops' });
  expect(await userOf(two)).toMatchObject({ netboxUsername: null });
});

describe('an answer of the provider', () => {
  const subject = randomUUID();
  beforeEach(() => isNow(subject, { preferred_username: 'olga' }));

  const answered = async (browser: Browser, change: (url: URL) => void = () => {}): Promise<string> => {
    const departure = await browser.visit(`${PUBLIC}/ui/sign-in/oidc`);
    const url = new URL(departure.headers.get('location') ?? '');
    change(url);
    return browser.followTo(url.href, atCallback);
  };
  const refused = async (browser: Browser, url: string, words: RegExp): Promise<void> => {
    expect(await pageOf(browser, url)).toEqual({ status: 401, html: expect.stringMatching(words) });
    expect((await browser.visit(`${PUBLIC}/ui`)).headers.get('location')).toMatch(/^\/ui\/sign-in/);
  };

  test('is good once', async () => {
    const browser = newBrowser();
    const url = await answered(browser);
    expect((await browser.visit(url)).status).toBe(303);
    const again = newBrowser();
    await refused(again, url, /not begun in this browser|used already/);
    expect((await browser.visit(url)).status).toBe(401);
  });

  test('is good in the browser alone that asked for it', async () => {
    await refused(newBrowser(), await answered(newBrowser()), /not begun in this browser/);
  });

  test('with another state is refused', async () => {
    const browser = newBrowser();
    const url = new URL(await answered(browser));
    url.searchParams.set('state', 'made-up');
    await refused(browser, url.href, /not begun in this browser/);
  });

  test('with another nonce is refused', async () => {
    const browser = newBrowser();
    const url = await answered(browser, departure => departure.searchParams.set('nonce', 'made-up'));
    await refused(browser, url, /did not confirm who you are/);
  });

  test('for another code challenge is refused', async () => {
    const browser = newBrowser();
    const other = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    const url = await answered(browser, departure => departure.searchParams.set('code_challenge', other));
    await refused(browser, url, /did not confirm who you are: it said invalid_grant/);
  });

  test('that says no is told', async () => {
    await isNow('refuse');
    const browser = newBrowser();
    await refused(browser, await answered(browser), /it said access_denied/);
  });

  test('for somebody who is disabled here signs nobody in', async () => {
    await signIn(newBrowser());
    const { id, version } = (await userOf(subject)) ?? { id: '', version: 0 };
    const headers = { 'if-match': `"${version}"` };
    expect((await server.ask('PATCH', `/users/${id}`, { body: { enabled: false }, headers })).status).toBe(200);
    const browser = newBrowser();
    await refused(browser, await answered(browser), /olga is disabled here/);
  });
});

test('signing out ends the session', async () => {
  await isNow(randomUUID());
  const browser = newBrowser();
  await signIn(browser);
  const { html } = await pageOf(browser, `${PUBLIC}/ui`);
  const proof = /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  await browser.post(`${PUBLIC}/auth/logout`, { _csrf: proof });
  expect((await browser.visit(`${PUBLIC}/ui`)).headers.get('location')).toMatch(/^\/ui\/sign-in/);
});

test('what happened is in the audit log', async () => {
  const actions = async (action: string) =>
    (
      (await server.ask('GET', `/audit?action=${action}&limit=200`)).body as {
        items: { result: string | null; actor: { authenticatedBy: string } }[];
      }
    ).items;
  const signIns = (await actions('session.sign-in')).filter(({ actor }) => actor.authenticatedBy === 'oidc');
  expect(new Set(signIns.map(({ result }) => result))).toEqual(new Set(['succeeded', 'refused']));
  expect((await actions('user.take-role')).length).toBeGreaterThan(0);
  expect((await actions('user.link-netbox')).map(({ result }) => result).sort()).toEqual(['refused', 'succeeded']);
});

test('a provider that is down keeps nobody from the sign-in by password', async () => {
  const other = await startApiServer({
    oidc: {
      issuer: 'http://127.0.0.1:9',
      clientId: 'proxbox',
      clientSecret: new Secret('x'),
      scopes: ['openid'],
      groupsClaim: 'groups',
      rolesOfGroup: {},
      netboxUserClaim: undefined,
      button: 'Elsewhere',
    },
  });
  try {
    const browser = new Browser({ [PUBLIC]: other.url });
    expect(await pageOf(browser, `${PUBLIC}/ui/sign-in/oidc`)).toEqual({
      status: 503,
      html: expect.stringMatching(/does not answer.*sign in with a password/s),
    });
    expect((await pageOf(browser, `${PUBLIC}/ui/sign-in`)).status).toBe(200);
  } finally {
    await other.stop();
  }
});
