import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNetBoxSimulator } from '../../simulators/netbox/server';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../simulators/proxmox/simulator';
import { seedDeletion } from '../api/support/seed-deletion';
import { type ChildProgram, startProgram } from '../support/child-program';
import { startSyncWorld, type SyncWorld } from '../support/sync-world';

const root = join(__dirname, '../..');

interface Showing {
  program: ChildProgram;
  /** Where it shows its metrics. */
  url: string;
  /** Of the API. */
  apiUrl: string;
}

interface Panel {
  targets?: { expr: string }[];
}

/** A process of ours that shows its metrics. */
async function startShowing(world: SyncWorld, file: string): Promise<Showing> {
  const program = startProgram(file, [], { ...world.environment, PROXBOX_METRICS_PORT: '0', PROXBOX_LOG_LEVEL: 'info' });
  let apiUrl = '';
  for (;;) {
    const line = await program.nextLine();
    apiUrl = /"API: (http:[^"]+)"/.exec(line)?.[1] ?? apiUrl;
    const url = /"metrics: (http:[^"]+)\/metrics"/.exec(line)?.[1];
    if (url !== undefined) return { program, url, apiUrl };
  }
}

const scrape = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text();

/** Names of what an exposition has, without what a histogram or summary adds to them. */
const namesIn = (exposition: string): Set<string> =>
  new Set([...exposition.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name));

/** The value of a sample, by its name and labels. */
function valueOf(exposition: string, name: string, labels: Record<string, string> = {}): number | undefined {
  const line = exposition
    .split('\n')
    .find(
      text => new RegExp(`^${name}[{ ]`).test(text) && Object.entries(labels).every(([k, v]) => text.includes(`${k}="${v}"`)),
    );
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

describe('metrics', () => {
  let world: SyncWorld;
  let netbox: Awaited<ReturnType<typeof startNetBoxSimulator>>;
  let proxmox: ProxmoxSimulator;
  let api: Showing;
  let worker: Showing;
  let fromApi: string;
  let fromWorker: string;

  beforeAll(async () => {
    netbox = await startNetBoxSimulator();
    proxmox = await startProxmoxSimulator();
    world = await startSyncWorld({ url: netbox.url, token: netbox.token });
    [api, worker] = await Promise.all([startShowing(world, 'api/main.ts'), startShowing(world, 'worker/main.ts')]);
    const { id } = await world.addEndpoint('site-a', proxmox);
    await world.sync();
    const nobody = { id: '00000000-0000-4000-8000-000000000001', name: 'nobody' };
    const opened_at = new Date(Date.now() - 3_600_000);
    await seedDeletion(world.database.pool, id, { vmid: 100, opened_at }, nobody);
    await seedDeletion(world.database.pool, id, { vmid: 101, state: 'expired', ended_at: new Date() }, nobody);
    [fromApi, fromWorker] = await Promise.all([scrape(api.url), scrape(worker.url)]);
  }, 120_000);

  afterAll(async () => {
    await Promise.all([api, worker].map(process => process?.program.kill()));
    await world?.stop();
    await proxmox?.close();
    await netbox?.close();
  });

  test('count the runs that ended by what they are, how they ended and why, with their time', () => {
    const labels = { kind: 'endpoint-sync', endpoint: 'site-a', state: 'completed', reason: '' };
    expect(valueOf(fromApi, 'proxbox_runs_ended_total', labels)).toBe(1);
    expect(valueOf(fromApi, 'proxbox_run_seconds_total', labels)).toBeGreaterThan(0);
    expect(valueOf(fromApi, 'proxbox_runs_ended_total', { kind: 'full-sync' })).toBe(1);
    expect(valueOf(fromApi, 'proxbox_endpoint_last_run_seconds', { endpoint: 'site-a' })).toBeGreaterThan(0);
  });

  test('count what was written to NetBox', () => {
    expect(
      valueOf(fromApi, 'proxbox_objects_total', { kind: 'virtual-machine', action: 'create', result: 'done' }),
    ).toBeGreaterThan(0);
  });

  test('count the rows of the audit log and the workers of each queue', async () => {
    const { rows } = await world.database.pool.query<{ n: number }>('select count(*)::int as n from audit');
    expect(valueOf(await scrape(api.url), 'proxbox_audit_rows_total')).toBe(rows[0]?.n);
    expect(valueOf(fromApi, 'proxbox_task_queue_pollers', { queue: 'proxbox-reflect' })).toBe(1);
  });

  test('count deletion requests by where they stand, and how long the oldest waits', () => {
    const endpoint = 'lab';
    expect(valueOf(fromApi, 'proxbox_deletion_requests_open', { endpoint, state: 'pending' })).toBe(1);
    expect(valueOf(fromApi, 'proxbox_deletion_request_open_oldest_seconds', { endpoint })).toBeGreaterThanOrEqual(3_600);
    expect(valueOf(fromApi, 'proxbox_deletion_requests_ended_total', { endpoint, state: 'expired' })).toBe(1);
    expect(valueOf(fromApi, 'proxbox_deletion_requests_open', { state: 'expired' })).toBeUndefined();
  });

  test('measure what was asked of Proxmox and NetBox, by how it was answered', () => {
    expect(
      valueOf(fromWorker, 'proxbox_outgoing_request_seconds_count', { service: 'proxmox', method: 'GET', status: '200' }),
    ).toBeGreaterThan(0);
    expect(
      valueOf(fromWorker, 'proxbox_outgoing_request_seconds_count', { service: 'netbox', method: 'GET', status: '200' }),
    ).toBeGreaterThan(0);
  });

  test('of the SDK are at the same address', () => {
    expect([...namesIn(fromWorker)].filter(name => name.startsWith('temporal_')).length).toBeGreaterThan(10);
  });

  test('of a request are told by its route and not by its path', async () => {
    await fetch(`${api.apiUrl}/health/live`);
    expect(
      valueOf(await scrape(api.url), 'proxbox_api_request_seconds_count', { route: '/health/live', status: '200' }),
    ).toBeGreaterThan(0);
  });

  test('hold no name, address or secret beside the names of endpoints', () => {
    for (const text of [fromApi, fromWorker]) {
      expect(text).not.toContain(proxmox.tokens.read.secret);
      expect(text).not.toContain(netbox.token);
      expect(text).not.toContain(new URL(proxmox.url).host);
    }
  });

  test('are all in the reference, which names no other', () => {
    const page = readFileSync(join(root, 'docs/reference/metrics.md'), 'utf8');
    const documented = [...page.matchAll(/^\| `(proxbox_\w+)` \|/gm)].map(([, name = '']) => name);
    const ours = [...namesIn(fromApi), ...namesIn(fromWorker)].filter(name => name.startsWith('proxbox_'));
    expect(documented.sort()).toEqual([...new Set(ours)].sort());
  });

  test('that the dashboard shows exist', () => {
    const dashboard = JSON.parse(readFileSync(join(root, 'deploy/grafana/proxbox.json'), 'utf8')) as { panels: Panel[] };
    const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const used = new Set(expressions.flatMap(expr => expr.match(/\b(?:proxbox|temporal|process|nodejs)_\w+/g) ?? []));
    const samples = new Set(
      [fromApi, fromWorker].flatMap(text => [...text.matchAll(/^([a-z]\w+)[{ ]/gm)].map(([, name = '']) => name)),
    );
    // What nothing happened to has no sample yet, but a type.
    const known = (name: string) =>
      samples.has(name) || [fromApi, fromWorker].some(text => namesIn(text).has(name.replace(/_(bucket|sum|count)$/, '')));
    expect(expressions.length).toBeGreaterThan(10);
    expect([...used].filter(name => !known(name))).toEqual([]);
  });

  test('come with the health of their process', async () => {
    for (const { url } of [api, worker]) {
      expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: 'live' });
      const ready = await fetch(`${url}/health/ready`);
      expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', problems: [] }]);
    }
  });
});
