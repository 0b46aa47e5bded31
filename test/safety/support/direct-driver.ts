import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import type { DeletionActivities } from '../../../activities/deletion/activities';
import { startApi, type RunningApi } from '../../../api/start';
import { createTemporal } from '../../../api/temporal';
import { openSecretBox } from '../../../database/secrets';
import { NAMESPACE } from '../../../temporal/dev-server';
import { openClients } from '../../../worker/clients';
import { composeDeletion } from '../../../worker/deletion';
import type { SyncWorld } from '../../support/sync-world';

type Verdict = 'approve' | 'reject' | 'cancel';

/** How decisions reach a guest's request, and when it is looked at. */
interface Driver {
  send(cluster: { id: string }, vmid: number, verdict: Verdict, code: string): Promise<boolean>;
  /** Has the request looked at now; everything is done when it ends. */
  look(cluster: { id: string }, vmid: number): Promise<void>;
}

export interface Direct {
  driver: Driver;
  stop(): Promise<void>;
}

/**
 * The product without Temporal: API, database, activities and Proxmox are the real ones, and the steps that the workflow takes are taken by this, so that
 * things can happen between them. The world's API is replaced by one whose decisions come here.
 */
export async function driveDirectly(world: SyncWorld): Promise<Direct> {
  const { config, client, database } = world;
  const { pool } = database;
  const clients = await openClients(config, pool, await openSecretBox(config));
  const activities = await composeDeletion(config, pool, clients, client);
  const attempt = <A extends unknown[], R>(work: (...args: A) => Promise<R>, ...args: A): Promise<R> =>
    new MockActivityEnvironment({ activityId: randomUUID() }).run(work, ...args);

  const openRequest = async (endpointId: string, vmid: number): Promise<string | undefined> => {
    const { rows } = await pool.query<{ id: string }>(
      'select id from deletion_request where endpoint_id = $1 and vmid = $2 and closed_at is null',
      [endpointId, vmid],
    );
    return rows[0]?.id;
  };
  const record: Driver['send'] = async ({ id }, vmid, verdict, code) => {
    const requestId = await openRequest(id, vmid);
    if (requestId === undefined) return false;
    return (await attempt(activities.recordDecision, { requestId, verdict, code, now: Date.now() })).recorded;
  };

  const api = await startWithout(world, async (workflowId, verdict, code) => {
    const [, id = '', vmid = ''] = workflowId.split('/');
    return record({ id }, Number(vmid), verdict, code);
  });
  world.url = api.url;
  return {
    driver: {
      send: record,
      async look({ id }, vmid) {
        const requestId = await openRequest(id, vmid);
        if (requestId !== undefined) await follow(activities, attempt, requestId);
      },
    },
    async stop() {
      await api.stop();
      await clients.close();
    },
  };
}

function startWithout(
  { config, client, database }: SyncWorld,
  decide: (workflowId: string, verdict: Verdict, code: string) => Promise<boolean>,
): Promise<RunningApi> {
  return startApi({
    config,
    database: database.pool,
    databaseEngine: 'embedded',
    temporal: {
      ...createTemporal(client),
      startDeletion: async () => {},
      signal: async () => true,
      decideDeletion: async (workflowId, verdict, code) =>
        (await decide(workflowId, verdict, code))
          ? { taken: true }
          : { taken: false, code: 'refused', message: 'It was refused.' },
    },
    temporalUi: { url: undefined, namespace: NAMESPACE },
    log: pino({ level: 'error' }, pino.destination(2)),
    showFirstKey: () => {},
  });
}

type Attempting = <A extends unknown[], R>(work: (...args: A) => Promise<R>, ...args: A) => Promise<R>;

/** What the workflow does until there is nothing left but to wait. */
async function follow(activities: DeletionActivities, attempt: Attempting, requestId: string): Promise<void> {
  for (;;) {
    const { state, isFinal, prepared, deadline } = await attempt(activities.readDeletion, { requestId });
    if (isFinal) {
      await attempt(activities.unmarkGuest, { requestId });
      await attempt(activities.tellNetBoxOfDestroy, { requestId });
      await attempt(activities.closeDeletion, { requestId });
      return;
    }
    if (state === 'executing') await attempt(activities.resolveDestroy, { requestId });
    else if (Date.now() >= deadline) await attempt(activities.expireDeletion, { requestId });
    else if (!prepared) await attempt(activities.prepareDeletion, { requestId });
    else if (state === 'pending') return;
    else if ((await attempt(activities.sendDestroy, { requestId, now: Date.now() })) === state && state !== 'approved') return;
  }
}
