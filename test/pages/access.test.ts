import { randomUUID } from 'node:crypto';
import { pageAccess } from '../../api/pages/access';
import { type ApiServer, startApiServer } from '../api/support/api-server';
import { seedGuestChange, seedRun, seedSchedule } from '../api/support/seed';
import { seedDeletion } from '../api/support/seed-deletion';
import { createEndpoint } from '../api/support/shapes';
import { admin, clear, Visitor, visitorWith } from './support/visitor';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

const protectedPages = Object.entries(pageAccess).filter(([, { who }]) => who !== 'everybody');
const pathOf = (page: string): string => (page.split(' ')[1] ?? '').replaceAll(/:\w+/g, randomUUID());

describe('whoever is not signed in', () => {
  test.each(protectedPages)('is sent from %s to sign in', async page => {
    const visitor = new Visitor(server.url);
    const answer = page.startsWith('GET') ? await visitor.get(pathOf(page)) : await visitor.post(pathOf(page), {});
    expect(answer.status).toBe(303);
    expect(answer.location).toMatch(/^\/ui\/sign-in\?next=%2Fui/);
  });

  test('gets no page for a token: pages are for people', async () => {
    const answer = await new Visitor(server.url).get('/ui', { authorization: `Bearer ${server.key}` });
    expect(answer).toMatchObject({ status: 303, location: '/ui/sign-in?next=%2Fui' });
  });

  test('is led by the sign-in to the page that was asked for, and to no other site', async () => {
    const { location } = await new Visitor(server.url).get('/ui/runs?state=failed');
    const next = new URL(location ?? '', server.url).searchParams.get('next') ?? '';
    const credentials = { username: 'admin', password: 'correct horse battery' };
    expect((await new Visitor(server.url).post('/ui/sign-in', { ...credentials, next })).location).toBe('/ui/runs?state=failed');
    const elsewhere = await new Visitor(server.url).post('/ui/sign-in', { ...credentials, next: 'https://evil.example/' });
    expect(elsewhere.location).toBe('/');
  });

  test('is told that the password is wrong, with the name kept and the password not', async () => {
    const answer = await new Visitor(server.url).post('/ui/sign-in', { username: 'nobody', password: 'canary-password' });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('There is no such user with this password');
    expect(answer.html).toContain('value="nobody"');
    expect(answer.html).not.toContain('canary-password');
  });

  test('cannot be signed in by the form of another site', async () => {
    const credentials = { username: 'admin', password: 'correct horse battery' };
    const answer = await new Visitor(server.url).post('/ui/sign-in', credentials, { origin: 'https://evil.example' });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });
});

describe('a form', () => {
  const forms = Object.keys(pageAccess).filter(page => page.startsWith('POST') && !page.endsWith('sign-in'));

  test.each(forms)('%s is refused without the proof that it is of our own page', async page => {
    const visitor = await admin(server);
    const [endpoint, run] = [await createEndpoint(server), await seedRun(server.database.pool)];
    const { pool } = server.database;
    const { planId, changeId } = await seedGuestChange(pool, endpoint.id);
    const deletion = await seedDeletion(pool, endpoint.id, { vmid: 100, name: 'web-1' }, { id: randomUUID(), name: 'ann' });
    const ids: Record<string, string> = {
      'runs/': run,
      'schedules/': await seedSchedule(pool),
      'intent/plans/': planId,
      'intent/changes/': changeId,
      'deletions/': deletion.id,
    };
    const [, place = ''] = /^POST \/ui\/(.*?):id/.exec(page) ?? [];
    const path = page.replace(':id', ids[place] ?? endpoint.id);
    const answer = await visitor.post(pathOf(path), {}, { proof: 'made-up' });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('Not sent by a page of this service');
  });

  test('of another site is refused even with the proof', async () => {
    const visitor = await admin(server);
    const answer = await visitor.post('/ui/sync', {}, { origin: 'https://evil.example' });
    expect(answer.status).toBe(403);
    expect(server.temporal.started).toEqual([]);
  });
});

describe('roles', () => {
  test('a viewer reads, is offered no change, and may make none', async () => {
    const endpoint = await createEndpoint(server);
    const run = await seedRun(server.database.pool, { endpoint_id: endpoint.id, state: 'awaiting_confirmation' });
    const viewer = await visitorWith(server, 'viewer-1', [{ role: 'viewer' }]);
    for (const path of [
      '/ui',
      '/ui/runs',
      `/ui/runs/${run}`,
      `/ui/runs/${run}/plan`,
      '/ui/endpoints',
      `/ui/endpoints/${endpoint.id}`,
    ]) {
      const page = await viewer.get(path);
      expect({ path, status: page.status }).toEqual({ path, status: 200 });
      const posts = [...page.html.matchAll(/<form method="post" action="([^"]+)"/g)].map(([, action]) => action);
      expect({ path, posts }).toEqual({ path, posts: ['/auth/logout'] });
      expect(page.html).not.toContain('href="/ui/users"');
    }
    for (const path of [`/ui/runs/${run}/confirm`, `/ui/endpoints/${endpoint.id}/relink`, '/ui/sync', '/ui/endpoints/new']) {
      expect({ path, status: (await viewer.post(path)).status }).toEqual({ path, status: 403 });
    }
    expect((await viewer.get('/ui/users')).status).toBe(403);
    expect((await viewer.get(`/ui/endpoints/${endpoint.id}/edit`)).status).toBe(403);
  });

  test('whoever has a role on one endpoint sees nothing of the others', async () => {
    const [own, other] = [await createEndpoint(server, { name: 'own-one' }), await createEndpoint(server, { name: 'other-one' })];
    const hidden = await seedRun(server.database.pool, { endpoint_id: other.id, state: 'failed' });
    const visitor = await visitorWith(server, 'narrow', [{ role: 'operator', endpoint: own.id }]);
    for (const path of ['/ui', '/ui/endpoints', '/ui/runs']) {
      const { text } = await visitor.get(path);
      expect(text).not.toContain('other-one');
    }
    expect((await visitor.get('/ui/endpoints')).text).toContain('own-one');
    expect((await visitor.get(`/ui/endpoints/${other.id}`)).status).toBe(404);
    expect((await visitor.get(`/ui/runs/${hidden}`)).status).toBe(404);
  });

  test('whoever has no role is told so', async () => {
    const visitor = await visitorWith(server, 'nobody-yet', []);
    expect((await visitor.get('/ui')).status).toBe(200);
    expect((await visitor.get('/ui/account')).text).toContain('an administrator can give you a role');
    const refused = await visitor.get('/ui/runs');
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('needs the permission view');
  });
});

describe('what goes wrong', () => {
  test('is a page with words', async () => {
    const visitor = await admin(server);
    for (const path of ['/ui/nothing', `/ui/runs/${randomUUID()}`, '/ui/runs/x', '/assets/0/none.css']) {
      const page = await visitor.get(path);
      expect({ path, status: page.status }).toEqual({ path, status: 404 });
      expect(page.text).toContain('Not found');
    }
    expect((await visitor.get('/ui/runs?state=strange')).status).toBe(400);
  });

  test('says that Temporal is away, and when it is worth to try again', async () => {
    const visitor = await admin(server);
    await createEndpoint(server);
    server.temporal.down = true;
    const answer = await visitor.post('/ui/sync');
    expect(answer.status).toBe(503);
    expect(answer.text).toContain('Temporal cannot be reached');
    expect(answer.headers.get('retry-after')).toBe('10');
    expect((await visitor.get('/ui')).text).toContain('does not answer');
    expect((await visitor.get('/ui/health')).text).toContain('Temporal does not answer');
    await clear(server);
  });
});

test('pages load nothing from elsewhere and run nothing inline', async () => {
  const page = await (await admin(server)).get('/ui');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none';script-src 'self';style-src 'self'");
  expect(page.html).not.toMatch(/ style=| on\w+=|<style|<script(?! src="\/assets\/)/);
  for (const [, address] of page.html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
    const file = await fetch(server.url + address);
    expect({ address, status: file.status }).toEqual({ address, status: 200 });
    expect(file.headers.get('cache-control')).toContain('immutable');
  }
});
