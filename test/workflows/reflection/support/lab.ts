import { startNetBoxSimulator, type NetBoxSimulatorOptions, type RunningNetBox } from '../../../../simulators/netbox/server';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../../../simulators/proxmox/simulator';
import type { WorldOptions } from '../../../../simulators/proxmox/world/options';
import type { NewGuest } from '../../../../simulators/proxmox/world-control';
import { rawApi, type RawApi, type Row } from '../../../contract/netbox/support/api';
import { startSyncWorld, type RunView, type SyncWorld } from '../../../support/sync-world';

export interface FindingRow {
  code: string;
  severity: string;
  kind: string | null;
  key: string | null;
  label: string;
  message: string;
  detail: Record<string, unknown>;
}

export interface ChangeRow {
  kind: string;
  action: string;
  key: string;
  label: string;
  guest: string | null;
  state: string;
  netboxId: number | null;
  fields: { field: string; before: unknown; after: unknown }[];
}

/** The run of one endpoint, with what it said and what it sent. */
export interface EndpointRun extends RunView {
  report: Record<string, unknown>;
  refused: { total: number; items: unknown[] };
  findings: FindingRow[];
  /** Requests to NetBox that would change something, as `METHOD path`. */
  writes: string[];
}

export interface Cluster {
  id: string;
  name: string;
  proxmox: ProxmoxSimulator;
}

/** The whole product with an empty NetBox; `fresh` takes everything back, so that one lab serves many tests. */
export interface Lab {
  netbox: RunningNetBox;
  /** NetBox's API with the superuser's token: what a person would do there. */
  person: RawApi;
  world: SyncWorld;
  /** Adds an endpoint with these guests. */
  cluster(
    name: string,
    guests: NewGuest[],
    options?: { world?: WorldOptions; fields?: Record<string, unknown> },
  ): Promise<Cluster>;
  /** A full sync of one endpoint; its run. */
  sync(cluster: Cluster, body?: Record<string, unknown>): Promise<EndpointRun>;
  /** A full sync of every endpoint; their runs by name. */
  syncAll(): Promise<Record<string, EndpointRun>>;
  /** Changes an endpoint. */
  change(cluster: Cluster, fields: Record<string, unknown>): Promise<void>;
  /** Confirms what waits, and gives the run that this starts. */
  confirm(run: EndpointRun): Promise<EndpointRun>;
  relink(cluster: Cluster): Promise<EndpointRun>;
  plan(run: { id: string }): Promise<ChangeRow[]>;
  /** Rows of a list of NetBox. */
  rows(path: string): Promise<Row[]>;
  /** The one VM of that name. */
  vmNamed(name: string): Promise<Row>;
  fresh(version?: string): Promise<void>;
  /** Forgets every endpoint, run and link, as a new installation would have none. */
  emptyDatabase(): Promise<void>;
  stop(): Promise<void>;
}

export async function startLab(options: { netbox?: NetBoxSimulatorOptions; env?: Record<string, string> } = {}): Promise<Lab> {
  const netbox = await startNetBoxSimulator(options.netbox ?? {});
  const world = await startSyncWorld(netbox, options.env);
  const person = rawApi(netbox.url, netbox.token);
  await world.startWorker();
  let clusters: Cluster[] = [];

  const lastRequest = (): number => netbox.simulator.log.list().at(-1)?.n ?? 0;

  async function childrenOf(runId: string, since: number): Promise<EndpointRun[]> {
    const { children = [] } = await world.awaitRun(runId);
    const writes = netbox.simulator.log
      .list()
      .filter(({ n, method }) => n > since && method !== 'GET')
      .map(({ method, path }) => `${method} ${path.replace('/api/', '')}`);
    return Promise.all(
      children.map(async child => {
        const run = await world.api<Omit<EndpointRun, 'findings' | 'writes'>>('GET', `/runs/${child.id}`);
        return { ...run, findings: await pages<FindingRow>(`/runs/${child.id}/findings`), writes };
      }),
    );
  }

  async function pages<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await world.api<{ items: Item[]; nextCursor: string | null }>('GET', `${path}?limit=100${query}`);
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  async function only(runId: string, since: number): Promise<EndpointRun> {
    const [run] = await childrenOf(runId, since);
    if (!run) throw new Error(`run ${runId} has no endpoint`);
    return run;
  }

  const lab: Lab = {
    netbox,
    person,
    world,
    async cluster(name, guests, { world: worldOptions = {}, fields = {} } = {}) {
      const proxmox = await startProxmoxSimulator({ world: { guests: 0, nodes: 2, clusterName: name, ...worldOptions } });
      for (const guest of guests) proxmox.world.createGuest(guest);
      const { id } = await world.addEndpoint(name, proxmox, fields);
      const cluster = { id, name, proxmox };
      clusters.push(cluster);
      return cluster;
    },
    async sync(cluster, body = {}) {
      const since = lastRequest();
      return only(await world.startSync({ endpoints: [cluster.id], ...body }), since);
    },
    async syncAll() {
      const since = lastRequest();
      const runs = await childrenOf(await world.startSync(), since);
      const names = new Map(clusters.map(({ id, name }) => [id, name]));
      const rows = await world.api<{ items: { id: string; endpoint: { id: string } }[] }>(
        'GET',
        '/runs?kind=endpoint-sync&limit=100',
      );
      const endpointOf = new Map(rows.items.map(row => [row.id, row.endpoint.id]));
      return Object.fromEntries(runs.map(run => [names.get(endpointOf.get(run.id) ?? '') ?? '?', run]));
    },
    async change(cluster, fields) {
      await world.api('PATCH', `/endpoints/${cluster.id}`, fields, { 'if-match': '*' });
    },
    async confirm(run) {
      const since = lastRequest();
      const { planDigest } = await world.api<{ planDigest: string }>('GET', `/runs/${run.id}`);
      return only((await world.api<{ id: string }>('POST', `/runs/${run.id}/confirm`, { planDigest })).id, since);
    },
    async relink(cluster) {
      const since = lastRequest();
      return only((await world.api<{ id: string }>('POST', `/endpoints/${cluster.id}/relink`)).id, since);
    },
    plan: run => pages<ChangeRow>(`/runs/${run.id}/plan`),
    rows: async path => (await person.get(`${path}${path.includes('?') ? '&' : '?'}limit=1000`)).rows(),
    async vmNamed(name) {
      const found = (await lab.rows('virtualization/virtual-machines/')).filter(row => row['name'] === name);
      if (found.length !== 1) throw new Error(`NetBox has ${found.length} VMs called ${name}`);
      return found[0]!;
    },
    async emptyDatabase() {
      await world.database.pool.query('delete from run');
      await world.database.pool.query('delete from endpoint');
      await world.database.pool.query('delete from netbox_state');
    },
    async fresh(version = '4.7') {
      await Promise.all(clusters.map(({ proxmox }) => proxmox.close()));
      clusters = [];
      await lab.emptyDatabase();
      netbox.simulator.reset();
      netbox.simulator.setVersion(version);
    },
    async stop() {
      await world.stop();
      await Promise.all(clusters.map(({ proxmox }) => proxmox.close()));
      await netbox.close();
    },
  };
  return lab;
}

/** Codes of findings, without those that say only that something is as it should be. */
export const codes = (run: EndpointRun): string[] =>
  run.findings.map(finding => finding.code).filter(code => code !== 'matched' && code !== 'guest-remark');

export const finding = (run: EndpointRun, code: string): FindingRow => {
  const found = run.findings.filter(item => item.code === code);
  if (found.length !== 1) throw new Error(`the run has ${found.length} findings ${code}: ${JSON.stringify(run.findings)}`);
  return found[0]!;
};
