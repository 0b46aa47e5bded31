import { randomUUID } from 'node:crypto';
import { inTransaction, type Queryable } from '../../database/queryable';
import { dropWriteCredential, putCredential, summariseCredentials } from '../../database/repositories/credentials';
import {
  clearBinding,
  deleteEndpoint,
  type Endpoint,
  type EndpointFields,
  findEndpoint,
  insertEndpoint,
  lockEndpoint,
  openRunOf,
  updateEndpoint,
} from '../../database/repositories/endpoints';
import type { SecretBox } from '../../database/secrets';
import type { Auditor, Effect } from '../audit/auditor';
import type { ApiDependencies } from '../dependencies';
import { Problem } from '../errors';
import { requireMatch } from '../etag';
import { refuseTaken } from '../taken';
import { notFound, withoutAbsent } from '../validate';
import { changePolicy } from './policy';
import type { EndpointCreate, EndpointPatch } from './schema';
import { requireReachable } from './reachable';
import { addressChanges, requireSecretsAgain } from './secrets-again';

/** Changes of endpoints, each in one transaction and audited. */
export interface EndpointChanges {
  create(audit: Auditor, wanted: EndpointCreate): Promise<Endpoint>;
  patch(audit: Auditor, id: string, ifMatch: string, patch: EndpointPatch): Promise<Endpoint>;
  remove(audit: Auditor, id: string, ifMatch: string): Promise<void>;
  rebind(audit: Auditor, id: string): Promise<Endpoint>;
}

export function createEndpointChanges({
  database,
  secrets,
  network,
}: Pick<ApiDependencies, 'database' | 'secrets' | 'network'>): EndpointChanges {
  const change = <T>(work: (db: Queryable) => Promise<T>): Promise<T> => inTransaction(database, work).catch(answerTaken);
  const on = async (id: string, action: Effect['action'], detail: object = {}): Promise<Effect> => {
    const before = (await findEndpoint(database, id)) ?? gone();
    return { action, object: { type: 'endpoint', id }, endpointId: id, before, detail: { name: before.name, ...detail } };
  };
  return {
    create: (audit, wanted) =>
      audit.effect(
        { action: 'endpoint.create', object: { type: 'endpoint', id: null }, detail: wanted },
        () => {
          requireReachable(network, wanted.url);
          return change(db => create(db, secrets, wanted));
        },
        after => ({ object: { type: 'endpoint', id: after.id }, endpointId: after.id, after }),
      ),
    patch: async (audit, id, ifMatch, wanted) =>
      audit.effect(
        await on(id, 'endpoint.change', { change: wanted }),
        () => {
          requireReachable(network, wanted.url);
          return change(db => patch(db, secrets, id, ifMatch, wanted));
        },
        after => ({ after }),
      ),
    remove: async (audit, id, ifMatch) =>
      audit.effect(await on(id, 'endpoint.delete'), () => change(db => remove(db, id, ifMatch))),
    rebind: async (audit, id) =>
      audit.effect(
        await on(id, 'endpoint.rebind'),
        async () => (await clearBinding(database, id)) ?? gone(),
        after => ({ after }),
      ),
  };
}

async function create(db: Queryable, secrets: Pick<SecretBox, 'seal'>, wanted: EndpointCreate): Promise<Endpoint> {
  const { credentials, policy, ...fields } = wanted;
  requireWritesAllowed(fields.allowWrites, credentials?.write);
  const endpoint = await insertEndpoint(db, randomUUID(), { ...fields, policy: changePolicy({}, policy) });
  if (credentials?.read) await putCredential(db, secrets, endpoint.id, 'read', credentials.read);
  if (credentials?.write) await putCredential(db, secrets, endpoint.id, 'write', credentials.write);
  return endpoint;
}

async function patch(
  db: Queryable,
  secrets: Pick<SecretBox, 'seal'>,
  id: string,
  ifMatch: string,
  { credentials, policy = {}, ...given }: EndpointPatch,
): Promise<Endpoint> {
  const before = (await lockEndpoint(db, id)) ?? gone();
  requireMatch(ifMatch, before.version);

  const after: EndpointFields = { ...before, ...withoutAbsent(given), policy: changePolicy(before.policy, policy) };
  requireWritesAllowed(after.allowWrites, credentials?.write);
  const stored = await summariseCredentials(db, [id]);
  const dropsWrite = credentials?.write === null || !after.allowWrites;
  const keepsWrite = !dropsWrite && stored.some(({ purpose }) => purpose === 'write');
  const moved = addressChanges(before, after);
  requireSecretsAgain(moved, keepsWrite, credentials);

  if (credentials?.read) await putCredential(db, secrets, id, 'read', credentials.read);
  if (credentials?.write) await putCredential(db, secrets, id, 'write', credentials.write);
  if (dropsWrite) await dropWriteCredential(db, id);
  return updateEndpoint(db, id, after, { forgetBinding: moved.length > 0 });
}

async function remove(db: Queryable, id: string, ifMatch: string): Promise<void> {
  const endpoint = (await lockEndpoint(db, id)) ?? gone();
  requireMatch(ifMatch, endpoint.version);
  const open = await openRunOf(db, id);
  if (open !== undefined) {
    throw new Problem(
      'run-open',
      `Run ${open} of this endpoint is open. Wait for its end or cancel it, then delete the endpoint.`,
    );
  }
  await deleteEndpoint(db, id);
}

function requireWritesAllowed(allowWrites: boolean, write: unknown): void {
  if (allowWrites || write === null || write === undefined) return;
  const detail = 'A write credential needs allowWrites: true.';
  throw new Problem('invalid-body', `/credentials/write: ${detail}`, { errors: [{ pointer: '/credentials/write', detail }] });
}

function gone(): never {
  throw notFound('endpoint');
}

const answerTaken = refuseTaken({
  endpoint_name_key: ['name-taken', '/name', 'Another endpoint has this name; upper and lower case count as equal.'],
});
