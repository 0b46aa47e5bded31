import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { mintToken } from '../../../../api/auth/tokens';
import type { DeletionView } from '../../../../api/deletion/schema';
import { bindRole } from '../../../../database/repositories/people/role-bindings';
import { insertRole } from '../../../../database/repositories/people/roles';
import { insertToken } from '../../../../database/repositories/people/tokens';
import { insertUser } from '../../../../database/repositories/people/users';
import type { NetBoxSimulatorOptions } from '../../../../simulators/netbox/server';
import { isFinal, type DeletionState } from '../../../../domain/deletion/states';
import type { Permission } from '../../../../domain/people/permissions';
import type { Cluster } from '../../reflection/support/lab';
import { startIntentLab, type IntentLab } from '../../intent/support/intent-lab';

export interface Said {
  status: number;
  body: DeletionView & { code: string; detail: string; items: DeletionView[]; workflowId: string };
  etag: string;
}

export interface Actor {
  id: string;
  name: string;
  /** Their token. */
  secret: string;
  say(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Said>;
}

export interface DeletionLab extends IntentLab {
  /** Somebody with these permissions everywhere, and a token of their own. */
  actor(name: string, ...permissions: Permission[]): Promise<Actor>;
  requester: Actor;
  approver: Actor;
  ask(cluster: Cluster, vmid: number, by?: Actor): Promise<DeletionView>;
  show(id: string): Promise<DeletionView>;
  /** Waits until it is in one of the states, or has ended. */
  until(id: string, ...states: DeletionState[]): Promise<DeletionView>;
  /** Waits until everything was cleaned up. */
  closed(id: string): Promise<DeletionView>;
  decide(by: Actor, id: string, verdict: 'approve' | 'reject' | 'cancel' | 'code', body?: Record<string, unknown>): Promise<Said>;
  /** DELETEs of guests that reached Proxmox. */
  deletes(cluster: Cluster): string[];
}

export const rolesOfRequester: Permission[] = ['view', 'intent_delete_vm', 'intent_delete_lxc'];

export async function startDeletionLab(
  env: Record<string, string> = {},
  netbox: NetBoxSimulatorOptions = {},
): Promise<DeletionLab> {
  const intent = await startIntentLab({
    netbox,
    env: {
      PROXBOX_DELETION_BACKUP_POLICY: 'none',
      PROXBOX_DELETION_LOOK_SECONDS: '1',
      PROXBOX_DELETION_QUIET_SECONDS: '3',
      PROXBOX_DELETION_MOST_PER_DAY: '1000',
      ...env,
    },
  });
  const { world } = intent;
  const { pool } = world.database;
  await intent.switchIntent(true);

  const actor = async (name: string, ...permissions: Permission[]): Promise<Actor> => {
    const id = randomUUID();
    await insertUser(pool, id, { username: name, displayName: '', email: null, enabled: true }, null);
    const roleId = randomUUID();
    await insertRole(pool, roleId, { name: `role of ${name}`, description: '', permissions });
    await bindRole(pool, { id: randomUUID(), userId: id, roleId, endpointId: null });
    const { secret, row } = mintToken({ userId: id, createdBy: id, name: 'test' });
    await insertToken(pool, row);
    return {
      id,
      name,
      secret,
      async say(method, path, body, headers = {}) {
        const response = await fetch(`${world.url}/intent/deletion-requests${path}`, {
          method,
          headers: {
            authorization: `Bearer ${secret}`,
            ...(body !== undefined && { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        return {
          status: response.status,
          body: (await response.json()) as Said['body'],
          etag: response.headers.get('etag') ?? '',
        };
      },
    };
  };
  const requester = await actor('requester', ...rolesOfRequester);
  const approver = await actor('approver', 'view', 'authorize_deletion_request');

  const poll = async (id: string, ready: (request: DeletionView) => boolean): Promise<DeletionView> => {
    for (let looks = 0; looks < 600; looks++) {
      const request = await lab.show(id);
      if (ready(request)) return request;
      await sleep(100);
    }
    throw new Error(`the request stays ${JSON.stringify(await lab.show(id))}`);
  };

  const lab: DeletionLab = {
    ...intent,
    actor,
    requester,
    approver,
    show: async id => (await approver.say('GET', `/${id}`)).body,
    until: (id, ...states) => poll(id, ({ state, digest }) => isFinal(state) || (states.includes(state) && digest !== null)),
    async closed(id) {
      for (let looks = 0; looks < 600; looks++) {
        const { rows } = await pool.query('select from deletion_request where id = $1 and closed_at is not null', [id]);
        if (rows.length === 1) return lab.show(id);
        await sleep(100);
      }
      throw new Error(`the request was not closed: ${JSON.stringify(await lab.show(id))}`);
    },
    async ask(cluster, vmid, by = requester) {
      const { status, body } = await by.say('POST', '', { endpoint_id: cluster.id, vmid, reason: 'no longer needed' });
      if (status !== 201 && status !== 200) throw new Error(`asking was answered ${status}: ${JSON.stringify(body)}`);
      return lab.until(body.id, 'pending');
    },
    async decide(by, id, verdict, body = {}) {
      const { body: seen, etag } = await by.say('GET', `/${id}`);
      const approval = { digest: seen.digest, name: seen.name };
      const rest = verdict === 'approve' || body['verdict'] === 'approve' ? approval : {};
      return by.say('POST', `/${id}/${verdict}`, { ...rest, ...body }, { 'if-match': etag });
    },
    deletes: cluster =>
      cluster.proxmox.requests
        .list()
        .filter(({ method, path }) => method === 'DELETE' && /\/(qemu|lxc)\/\d+$/.test(path))
        .map(({ path, params }) => `${path} ${JSON.stringify(params)}`),
  };
  return lab;
}
