import { type ApiServer, startApiServer } from '../api/support/api-server';
import { seedChanges, seedFindings, seedRun } from '../api/support/seed';
import { createEndpoint } from '../api/support/shapes';
import { admin, clear, type Visitor } from './support/visitor';

let server: ApiServer;
let visitor: Visitor;
beforeAll(async () => {
  server = await startApiServer();
  visitor = await admin(server);
});
afterAll(() => server.stop());
beforeEach(() => clear(server));

const runOf = async (columns: Record<string, unknown> = {}) => {
  const endpoint = await createEndpoint(server, { name: 'Berlin' });
  return seedRun(server.database.pool, { endpoint_id: endpoint.id, ...columns });
};

describe('the overview', () => {
  test('leads somebody who has no endpoint yet to their first one', async () => {
    const page = await visitor.get('/ui');
    expect(page.text).toContain('There is no endpoint yet');
    expect(page.html).toContain('href="/ui/endpoints/new"');
  });

  test('shows each endpoint with its last sync, and what needs attention first', async () => {
    await runOf({ state: 'failed', reason: 'proxmox-unreachable', message: 'Proxmox does not answer. Look at the network.' });
    await createEndpoint(server, { name: 'Paris' });
    const { text } = await visitor.get('/ui');
    expect(text).toContain('Needs attention Failed Berlin Proxmox does not answer. Look at the network.');
    expect(text).toContain('No sync yet Paris');
  });

  test('starts a sync of everything, of one endpoint, and a dry run', async () => {
    const { id } = await createEndpoint(server);
    const scopeOf = async (fields: Record<string, string>) => {
      const { location } = await visitor.post('/ui/sync', fields);
      expect(location).toMatch(/^\/ui\/runs\//);
      return (await server.ask('GET', location?.slice('/ui'.length) ?? '')).body;
    };
    expect(await scopeOf({})).toMatchObject({ scope: {}, requestedBy: 'admin', state: 'pending' });
    expect(await scopeOf({ endpoint: id, dryRun: 'on' })).toMatchObject({ scope: { endpoints: [id], dryRun: true } });
    expect(server.temporal.started).toHaveLength(2);
  });

  test('says that no worker takes the work', async () => {
    server.temporal.workers = 0;
    expect((await visitor.get('/ui')).text).toContain('Start a worker');
    expect((await visitor.get('/ui/health')).text).toContain('nobody takes work');
  });
});

describe('the list of runs', () => {
  test('is filtered by its form, and goes on to the next page with the same filter', async () => {
    const endpoint = await createEndpoint(server, { name: 'Berlin' });
    for (let n = 0; n < 30; n++) await seedRun(server.database.pool, { endpoint_id: endpoint.id, state: 'failed' });
    await seedRun(server.database.pool, { endpoint_id: endpoint.id, state: 'completed' });
    const first = await visitor.get(`/ui/runs?state=failed&kind=&endpoint=${endpoint.id}`);
    expect(first.html.match(/class="badge bad"/g)).toHaveLength(25);
    expect(first.html).not.toContain('badge good');
    expect(first.html).toMatch(/<option (selected value="failed"|value="failed" selected)>/);
    const next = /href="([^"]+)">Next page/.exec(first.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await visitor.get(next);
    expect(second.html.match(/class="badge bad"/g)).toHaveLength(5);
    expect(second.text).toContain('First page');
    expect(second.text).not.toContain('Next page');
  });
});

describe('the page of a run', () => {
  test('tells what it came to: counts, what NetBox refused with its words, findings by code, and where its workflow is', async () => {
    const id = await runOf({
      state: 'partial',
      reason: 'writes-refused',
      message: 'NetBox refused 1 object.',
      counts: { guests: 7, created: 3, refused: 1 },
      workflow_id: 'sync/berlin',
    });
    await seedChanges(server.database.pool, id, [
      { label: 'web-1', state: 'refused', error: { code: 'refused', text: 'vcpus: Ensure this value is <= 9999.' } },
    ]);
    await seedFindings(server.database.pool, id, [
      { code: 'ip-conflict', severity: 'error', label: '10.0.0.1/24', message: 'Two guests have it.' },
      { code: 'ip-conflict', severity: 'error', label: '10.0.0.2/24', message: 'Two guests have it.' },
      { code: 'name-suffixed', severity: 'info', label: 'web', message: 'Called web-2 in NetBox.' },
    ]);
    const { text, html } = await visitor.get(`/ui/runs/${id}`);
    expect(text).toContain('NetBox refused 1 object.');
    expect(text).toContain('7 Guests');
    expect(text).toContain('web-1 virtual-machine vcpus: Ensure this value is <= 9999.');
    expect(text).toMatch(/error IP conflict 2 10\.0\.0\.1\/24 Two guests have it\. 10\.0\.0\.2\/24/);
    expect(text).toContain('info Name suffixed 1 web Called web-2 in NetBox.');
    expect(html).toContain('href="http://127.0.0.1:8233/namespaces/default/workflows/sync%2Fberlin"');
    expect(html).not.toContain('hx-get');
  });

  test('asks for its progress while it is at work, and is loaded again when it has ended', async () => {
    const id = await runOf({ state: 'running', phase: 'apply virtual-machine', started_at: new Date() });
    const page = await visitor.get(`/ui/runs/${id}`);
    expect(page.html).toContain(`hx-get="/ui/runs/${id}/progress"`);
    expect(page.html).toContain('<noscript><meta http-equiv="refresh"');
    expect(page.text).toContain('Write NetBox virtual-machine');

    const fragment = await visitor.get(`/ui/runs/${id}/progress`);
    expect(fragment.html).toMatch(/^<div id="progress"/);
    expect(fragment.headers.get('hx-refresh')).toBeNull();
    await server.database.pool.query(`update run set state = 'completed', phase = null, finished_at = now() where id = $1`, [id]);
    expect((await visitor.get(`/ui/runs/${id}/progress`)).headers.get('hx-refresh')).toBe('true');
    expect((await visitor.get(`/ui/runs/${id}`)).html).not.toContain('http-equiv="refresh"');
  });

  test('shows what happened, how far the step at work is, and how long each step took, also to whoever sees no picture', async () => {
    const { pool } = server.database;
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 9, 0, second));
    const id = await runOf({
      state: 'running',
      phase: 'apply interface',
      created_at: at(0),
      started_at: at(2),
    });
    const told = [
      [2, 'step', 'observe started', { step: 'observe', status: 'started', message: 'Reading the Proxmox endpoint Berlin.' }],
      [12, 'step', 'observe completed', { step: 'observe', status: 'completed', message: '120 guests on 4 nodes.' }],
      [12, 'step', 'apply started', { step: 'apply', status: 'started', message: 'Writing NetBox.' }],
      [13, 'error_detail', null, { item: { name: 'web-1' }, message: 'name: already used' }],
      [14, 'item_progress', null, { message: 'Objects settled: 30 of 120', progress: { current: 30, total: 120, percent: 25 } }],
    ] as const;
    for (const [index, [second, event, once, data]] of told.entries()) {
      await pool.query(`insert into run_event (root_id, id, run_id, event, once, data, at) values ($1, $2, $1, $3, $4, $5, $6)`, [
        id,
        index + 1,
        event,
        once,
        JSON.stringify(data),
        at(second),
      ]);
    }
    const { text, html } = await visitor.get(`/ui/runs/${id}`);
    expect(text).toContain('Read Proxmox 10.0 s');
    expect(html).toMatch(/<progress[^>]*value="30"[^>]*max="120"/);
    expect(text).toMatch(/What happened.* UTC web-1: name: already used .* UTC Writing NetBox\..* UTC 120 guests on 4 nodes\./);
    expect(text).not.toContain('30 of 120');
    expect(html).toMatch(/aria-label="Time line of 1 run[^"]*Berlin: waiting 2\.0 s, read proxmox 10\.0 s, write netbox /);
    expect(html).toContain(`hx-sse:connect="/runs/${id}/events"`);
  });

  test('can be cancelled while it is at work', async () => {
    const id = await runOf({ state: 'running', started_at: new Date() });
    expect((await visitor.get(`/ui/runs/${id}`)).text).toContain('Cancel run');
    expect(await visitor.post(`/ui/runs/${id}/cancel`)).toMatchObject({ status: 303, location: `/ui/runs/${id}` });
    const page = await visitor.get(`/ui/runs/${id}`);
    expect(page.text).toContain('Cancelled by admin.');
    expect(page.text).not.toContain('Cancel run');
    expect((await visitor.post(`/ui/runs/${id}/cancel`)).status).toBe(409);
  });

  test('that waits says what confirming means, and is confirmed once', async () => {
    const id = await runOf({ state: 'awaiting_confirmation', reason: 'first-run-review', message: 'This is the first run.' });
    await seedChanges(server.database.pool, id, [{}, { action: 'update' }]);
    const page = await visitor.get(`/ui/runs/${id}`);
    expect(page.text).toContain('Nothing was written so far. To confirm means: a new run');
    expect(page.text).toContain('writes these 2 changes');
    const planDigest = /name="planDigest" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    expect((await visitor.post(`/ui/runs/${id}/confirm`, { planDigest: 'of another run' })).status).toBe(409);
    const fields = { planDigest };
    const confirmed = await visitor.post(`/ui/runs/${id}/confirm`, fields);
    expect(server.temporal.started).toEqual([confirmed.location?.split('/').at(-1)]);
    expect((await visitor.get(`/ui/runs/${id}`)).text).toContain('Confirmed by admin');
    const again = await visitor.post(`/ui/runs/${id}/confirm`, fields);
    expect(again.status).toBe(409);
    expect(again.text).toContain('confirmed already');
  });
});

describe('the plan of a run', () => {
  const plan = async (): Promise<string> => {
    const id = await runOf({ state: 'completed' });
    await seedChanges(server.database.pool, id, [
      { kind: 'tag', key: 'prod', label: 'prod', after: { name: 'prod' } },
      {
        label: 'web-1',
        guest: 'qemu/100',
        action: 'update',
        before: { vcpus: 2, status: 'active' },
        after: { vcpus: 4, status: 'active' },
        why: 'Proxmox has another value.',
      },
      { kind: 'interface', label: 'net0', guest: 'qemu/100', after: { name: 'net0', mtu: 1500 } },
      { label: 'old-1', guest: 'qemu/101', action: 'delete', before: { name: 'old-1' } },
    ]);
    return id;
  };

  test('is summed up, grouped by guest, and tells of each field from, to and why', async () => {
    const { text, html } = await visitor.get(`/ui/runs/${await plan()}/plan`);
    expect(text).toContain('2 to create, 1 to change, 1 to delete');
    expect(text).toMatch(/web-1 \(qemu\/100\) 2 changes .*Proxmox has another value\..* vcpus 2 4 .*net0/);
    expect(html).toMatch(/>vcpus<\/th><td class="from"><del>2<\/del><\/td><td class="to"><ins>4<\/ins><\/td>/);
    expect(text).not.toContain('status active');
  });

  test('is searched and filtered', async () => {
    const id = await plan();
    expect((await visitor.get(`/ui/runs/${id}/plan?q=WEB-1`)).text).not.toContain('old-1');
    expect((await visitor.get(`/ui/runs/${id}/plan?action=delete&q=&kind=&state=`)).text).toContain('old-1');
    expect((await visitor.get(`/ui/runs/${id}/plan?q=nothing-has-this`)).text).toContain('No change is like that');
  });
});

test('what guests are called is text, never markup', async () => {
  const id = await runOf({ state: 'failed', message: '<script>alert(1)</script>' });
  await seedChanges(server.database.pool, id, [{ label: '<img src=x>', guest: 'qemu/100', after: { name: '"><b>' } }]);
  for (const path of ['/ui', `/ui/runs/${id}`, `/ui/runs/${id}/plan?q=%22%3E%3Cb%3E`]) {
    expect((await visitor.get(path)).html).not.toMatch(/<script>|<img src=x|"><b>/);
  }
});
