import { randomUUID } from 'node:crypto';
import { findingListView, planView, type PlanView } from '../../api/runs/schema';
import { type ApiServer, startApiServer } from './support/api-server';
import { seedChanges, seedFindings, seedRun } from './support/seed';
import { pointersOf, problemOf, runOf, runsOf } from './support/shapes';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

const get = (path: string) => server.ask('GET', path);

/** Every page of a list, found by following the Link header. */
async function follow(path: string): Promise<unknown[]> {
  const pages: unknown[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const answer = await get(next);
    expect(answer.status).toBe(200);
    pages.push(answer.body);
    next = /^<(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
  }
  return pages;
}

describe('the list of runs', () => {
  const endpointId = randomUUID();
  const ids: string[] = [];
  beforeAll(async () => {
    const { pool } = server.database;
    await pool.query(`insert into endpoint (id, name, url) values ($1, 'Berlin', 'https://pve.example.com:8006')`, [endpointId]);
    for (let index = 0; index < 7; index += 1) {
      // Microseconds apart, and two at the very same time: a page must neither skip nor repeat one.
      const created_at = `2026-01-01T00:00:00.00000${index === 6 ? 5 : index}Z`;
      const half = index % 2 === 0 ? { endpoint_id: endpointId, state: 'completed' } : { kind: 'full-sync', state: 'failed' };
      ids.push(await seedRun(pool, { created_at, ...half }));
    }
  });

  const idsAt = async (path: string) => runsOf(await get(path)).items.map(({ id }) => id);

  test('is newest first, and its pages join without a gap', async () => {
    const pages = (await follow('/runs?limit=2')).map(body => runsOf({ status: 200, headers: new Headers(), body }));
    expect(pages.map(({ items }) => items.length)).toEqual([2, 2, 2, 1]);
    expect(pages.map(({ nextCursor }) => nextCursor !== null)).toEqual([true, true, true, false]);
    const newestTwo = ids.slice(5).toSorted();
    expect(pages.flatMap(({ items }) => items.map(({ id }) => id))).toEqual([
      ...newestTwo,
      ids[4],
      ids[3],
      ids[2],
      ids[1],
      ids[0],
    ]);
  });

  test('can be narrowed by state, kind and endpoint, and its Link keeps that', async () => {
    expect(await idsAt('/runs?state=failed')).toHaveLength(3);
    expect(await idsAt('/runs?kind=endpoint-sync&state=failed')).toEqual([]);
    expect(await idsAt('/runs?endpoint=bERLIN')).toHaveLength(4);
    expect(await idsAt(`/runs?endpoint=${endpointId.toUpperCase()}`)).toHaveLength(4);
    expect(await idsAt('/runs?endpoint=paris')).toEqual([]);
    expect(await follow('/runs?endpoint=Berlin&limit=3')).toHaveLength(2);
  });

  test.each([
    ['?state=done', '?state'],
    ['?limit=0', '?limit'],
    ['?limit=501', '?limit'],
    ['?limit=ten', '?limit'],
    ['?cursor=made-up', '?cursor'],
    [`?cursor=${Buffer.from('{"createdAt":"now()","id":"1"}').toString('base64url')}`, '?cursor'],
    ['?colour=red', '?colour'],
    ['?state=failed&state=running', '?state'],
  ])('refuses %s, since ignoring it would show something else than was asked for', async (query, pointer) => {
    const answer = await get(`/runs${query}`);
    expect(problemOf(answer)).toMatchObject({ status: 400, code: 'invalid-query', errors: [{ pointer }] });
  });
});

describe('a run', () => {
  let parent: string;
  let child: string;
  beforeAll(async () => {
    const { pool } = server.database;
    parent = await seedRun(pool, {
      kind: 'full-sync',
      state: 'partial',
      reason: 'writes-refused',
      message: '2 objects were refused.',
      workflow_id: 'full-sync/1',
    });
    const endpoint_id = randomUUID();
    child = await seedRun(pool, {
      parent_id: parent,
      endpoint_id,
      state: 'partial',
      counts: { created: 2 },
      workflow_id: `sync/${endpoint_id}`,
    });
    await seedChanges(pool, child, [
      {
        action: 'create',
        label: 'web-1',
        after: { name: 'web-1', vcpus: 2, cluster: { ref: 'cluster', key: 'lab' }, comments: '' },
        state: 'done',
        netbox_id: 41,
      },
      {
        action: 'update',
        label: 'db-1',
        before: { name: 'db', memory: '512', tags: [2, 1] },
        after: { name: 'db-1', memory: 512, tags: [1, 2] },
        state: 'refused',
        error: { code: 'invalid', text: 'name: already used', fields: { name: ['already used'] } },
      },
      {
        action: 'delete',
        kind: 'ip-address',
        label: '10.0.0.9/24',
        before: { address: '10.0.0.9/24' },
        netbox_id: 9,
        state: 'refused',
        error: { code: 'denied', text: 'no permission' },
        why: 'gone from the guest',
      },
      { action: 'link', kind: 'interface', label: 'web-1 net0', state: 'planned', guest: 'qemu/100' },
    ]);
    await seedFindings(pool, child, [
      { code: 'ip-conflict', severity: 'warning', label: '10.0.0.1/24', message: 'Held by web-2.', detail: { holder: 'web-2' } },
      { code: 'ip-conflict', severity: 'warning' },
      { code: 'ambiguous', severity: 'error' },
    ]);
  });

  test('shows how it ended, what was refused with the words of NetBox, and where its workflow is', async () => {
    const run = runOf(await get(`/runs/${child}`));
    expect(run).toMatchObject({ state: 'partial', parentId: parent, counts: { created: 2 } });
    expect(run.refused.total).toBe(2);
    expect(run.refused.items.map(({ label, error }) => [label, error?.text])).toEqual([
      ['db-1', 'name: already used'],
      ['10.0.0.9/24', 'no permission'],
    ]);
    expect(run.findings.totals).toContainEqual({ code: 'ip-conflict', severity: 'warning', count: 2 });
    expect(run.workflow.url).toBe(`http://127.0.0.1:8233/namespaces/default/workflows/${encodeURIComponent(run.workflow.id)}`);
  });

  test('of several endpoints shows them, and everything of theirs', async () => {
    const run = runOf(await get(`/runs/${parent}`));
    expect(run).toMatchObject({ reason: 'writes-refused', message: '2 objects were refused.', endpoint: null });
    expect(run.children.map(({ id }) => id)).toEqual([child]);
    expect(run.refused.total).toBe(2);
    expect(run.plan.totals.reduce((sum, { count }) => sum + count, 0)).toBe(4);
  });

  test('names no endpoint that was deleted since, but keeps its id', async () => {
    const { endpoint } = runOf(await get(`/runs/${child}`));
    expect(endpoint).toEqual({ id: expect.any(String), name: null });
  });

  test('is not found when there is none', async () => {
    for (const path of ['', '/plan', '/findings']) {
      expect(problemOf(await get(`/runs/${randomUUID()}${path}`)).code).toBe('not-found');
      expect((await get(`/runs/latest${path}`)).status).toBe(404);
    }
  });

  describe('and its plan', () => {
    const plan = async (query = ''): Promise<PlanView> => planView.parse((await get(`/runs/${child}/plan${query}`)).body);
    const labels = async (query: string) => (await plan(query)).items.map(({ label }) => label);

    test('tells field by field what changes from what to what', async () => {
      const [created, updated, deleted] = (await plan()).items;
      expect(created?.fields).toEqual([
        { field: 'cluster', before: null, after: { ref: 'cluster', key: 'lab' } },
        { field: 'comments', before: null, after: '' },
        { field: 'name', before: null, after: 'web-1' },
        { field: 'vcpus', before: null, after: 2 },
      ]);
      expect(updated?.fields).toEqual([{ field: 'name', before: 'db', after: 'db-1' }]);
      expect(deleted).toMatchObject({
        netboxId: 9,
        why: 'gone from the guest',
        fields: [{ field: 'address', before: '10.0.0.9/24', after: null }],
      });
    });

    test('can be narrowed and searched', async () => {
      expect(await labels('?kind=ip-address')).toEqual(['10.0.0.9/24']);
      expect(await labels('?action=create')).toEqual(['web-1']);
      expect(await labels('?state=refused')).toEqual(['db-1', '10.0.0.9/24']);
      expect(await labels('?q=WEB-1')).toEqual(['web-1', 'web-1 net0']);
      expect(await labels('?q=10.0.0.9')).toEqual(['10.0.0.9/24']);
      expect(await labels('?q=qemu/100')).toEqual(['web-1 net0']);
      expect(await labels('?q=%25')).toEqual([]);
    });

    test('comes in pages that join without a gap, also over several endpoints', async () => {
      const other = await seedRun(server.database.pool, { parent_id: parent, endpoint_id: randomUUID() });
      await seedChanges(server.database.pool, other, [{}, {}, {}]);
      const pages = (await follow(`/runs/${parent}/plan?limit=3`)).map(body => planView.parse(body).items);
      const places = pages.flat().map(({ runId, seq }) => `${runId}/${seq}`);
      expect(pages.map(items => items.length)).toEqual([3, 3, 1]);
      expect(new Set(places).size).toBe(7);
    });

    test('refuses a kind that does not exist', async () => {
      expect(pointersOf(await get(`/runs/${child}/plan?kind=vm`))).toEqual(['?kind']);
    });
  });

  test('lists its findings, which can be narrowed', async () => {
    const findings = async (query: string) => findingListView.parse((await get(`/runs/${child}/findings${query}`)).body).items;
    expect((await findings(''))[0]).toMatchObject({
      label: '10.0.0.1/24',
      message: 'Held by web-2.',
      detail: { holder: 'web-2' },
    });
    expect(await findings('?code=ip-conflict')).toHaveLength(2);
    expect(await findings('?severity=error')).toHaveLength(1);
    expect((await follow(`/runs/${child}/findings?limit=1`)).length).toBe(3);
  });
});
