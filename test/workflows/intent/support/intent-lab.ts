import type { ApplyResultView, IntentPlanView } from '../../../../api/intent/schema';
import { INTENT_PHRASE } from '../../../../domain/settings/intent-switch';
import type { WorldOptions } from '../../../../simulators/proxmox/world/options';
import type { UsualToken } from '../../../../simulators/proxmox/world/identities';
import type { NewGuest } from '../../../../simulators/proxmox/world-control';
import type { RunView } from '../../../support/sync-world';
import { startLab, type Cluster, type Lab } from '../../reflection/support/lab';

export type Diff = Record<string, unknown> & { op: string; kind: string; payload: Record<string, unknown> };

export interface IntentRun extends RunView {
  intent: ApplyResultView;
  phase: string | null;
}

export interface IntentLab extends Lab {
  /** Adds an endpoint with these guests that may be changed, and reflects it into NetBox. */
  writable(
    name: string,
    guests: NewGuest[],
    options?: { world?: WorldOptions; fields?: Record<string, unknown>; token?: UsualToken },
  ): Promise<Cluster>;
  /** Forbids changes of the endpoint, which drops its write credential, or allows them again. */
  allow(cluster: Cluster, on: boolean, token?: UsualToken): Promise<void>;
  switchIntent(on: boolean): Promise<void>;
  planOf(cluster: Cluster, diffs: Diff[]): Promise<IntentPlanView>;
  /** Applies changes, and waits for the end of the run. */
  apply(cluster: Cluster, diffs: Diff[], body?: Record<string, unknown>): Promise<IntentRun>;
  applyPlan(plan: IntentPlanView): Promise<IntentRun>;
  runOf(id: string): Promise<IntentRun>;
  /** Requests to Proxmox since the last call that would change something, as `METHOD path`. */
  writesOf(cluster: Cluster): string[];
}

export const update = (vmid: number, payload: Record<string, unknown>, rest: Record<string, unknown> = {}): Diff => ({
  op: 'update',
  kind: 'qemu',
  ...rest,
  payload: { vmid, ...payload },
});

export async function startIntentLab(options: Parameters<typeof startLab>[0] = {}): Promise<IntentLab> {
  const lab = await startLab({
    ...options,
    env: { PROXBOX_PROXMOX_SETTLE_SECONDS: '2', PROXBOX_PLAN_CHANGE_LIMIT_PERCENT: '100', ...options.env },
  });
  const { world } = lab;
  const seen = new Map<string, number>();
  const own: Omit<IntentLab, keyof Lab> = {
    async writable(name, guests, { world: worldOptions, fields = {}, token = 'full' } = {}) {
      const cluster = await lab.cluster(name, guests, { ...(worldOptions && { world: worldOptions }), fields });
      await own.allow(cluster, true, token);
      const run = await lab.sync(cluster);
      if (run.state !== 'completed') throw new Error(`the first sync ended ${run.state}: ${run.message}`);
      own.writesOf(cluster);
      return cluster;
    },
    async allow(cluster, on, token = 'full') {
      const { tokenId: principal, secret } = cluster.proxmox.tokens[token];
      const credentials = { write: { kind: 'token', principal, secret } };
      await lab.change(cluster, { allowWrites: on, ...(on && { credentials }) });
    },
    async switchIntent(on) {
      const phrase = on ? { netbox_to_proxmox_typed_confirmation: INTENT_PHRASE } : {};
      await world.api('PATCH', '/settings', { netbox_to_proxmox_enabled: on, ...phrase }, { 'if-match': '*' });
    },
    planOf: (cluster, diffs) => world.api('POST', '/intent/plan', { endpoint_id: cluster.id, diffs }, { prefer: 'wait=60' }),
    async apply(cluster, diffs, body = {}) {
      const { id } = await world.api<{ id: string }>('POST', '/intent/apply', { endpoint_id: cluster.id, diffs, ...body });
      await world.awaitRun(id);
      return own.runOf(id);
    },
    async applyPlan({ id, digest }) {
      const run = await world.api<{ id: string }>('POST', '/intent/apply', { plan_id: id, digest });
      await world.awaitRun(run.id);
      return own.runOf(run.id);
    },
    runOf: id => world.api('GET', `/runs/${id}`),
    writesOf(cluster) {
      const since = seen.get(cluster.id) ?? 0;
      const requests = cluster.proxmox.requests.list(since);
      seen.set(cluster.id, requests.at(-1)?.n ?? since);
      return requests
        .filter(({ method, path }) => method !== 'GET' && path !== '/access/ticket')
        .map(({ method, path }) => `${method} ${path}`);
    },
  };
  return { ...lab, ...own };
}
