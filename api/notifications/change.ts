import { randomBytes, randomUUID } from 'node:crypto';
import { inTransaction, type Queryable } from '../../database/queryable';
import { findDelivery, insertDelivery, reviveDelivery } from '../../database/repositories/notifications/deliveries';
import {
  deleteTarget,
  findTarget,
  insertTarget,
  lockTarget,
  type NotificationTarget,
  type TargetFields,
  updateTarget,
} from '../../database/repositories/notifications/targets';
import { TEST_EVENT } from '../../domain/notifications/events';
import { messageOf } from '../../domain/notifications/message';
import type { Auditor } from '../audit/auditor';
import type { ApiDependencies } from '../dependencies';
import { requireReachable } from '../endpoints/reachable';
import { Problem } from '../errors';
import { requireMatch } from '../etag';
import { refuseTaken } from '../taken';
import { notFound } from '../validate';
import type { TargetCreate, TargetPatch } from './schema';

/** Changes of who is told of what, each in one transaction and audited. */
export interface NotificationChanges {
  /** The secret is the one that was made, where one was. */
  create(audit: Auditor, wanted: TargetCreate): Promise<{ target: NotificationTarget; secret: string | null }>;
  patch(audit: Auditor, id: string, ifMatch: string, patch: TargetPatch): Promise<NotificationTarget>;
  remove(audit: Auditor, id: string, ifMatch: string): Promise<void>;
  /** Has a message sent that says nothing. @returns the delivery's id. */
  test(audit: Auditor, id: string): Promise<string>;
  /** Has a message sent anew that was given up. */
  retry(audit: Auditor, deliveryId: string): Promise<void>;
}

type Parts = Pick<ApiDependencies, 'database' | 'secrets' | 'network'>;

export function createNotificationChanges({ database, secrets, network }: Parts): NotificationChanges {
  const change = <T>(work: (db: Queryable) => Promise<T>): Promise<T> => inTransaction(database, work).catch(answerTaken);
  const sealed = (id: string, secret: string | undefined) =>
    secret === undefined ? null : secrets.seal(secret, { table: 'notification_target', row: id, column: 'ciphertext' });
  const existing = async (id: string) => (await findTarget(database, id)) ?? gone();

  return {
    create: async (audit, wanted) => {
      const id = randomUUID();
      const made = wanted.kind === 'webhook' && wanted.secret === undefined ? newSecret() : null;
      const given = wanted.kind === 'webhook' ? wanted.secret : undefined;
      const target = await audit.effect(
        { action: 'notification-target.create', object: { type: 'notification-target', id: null }, detail: wanted },
        () => {
          if (wanted.kind === 'webhook') requireReachable(network, wanted.url);
          return change(async db => {
            await insertTarget(db, id, fieldsOf(wanted), sealed(id, made ?? given));
            return (await findTarget(db, id)) ?? gone();
          });
        },
        after => ({ object: { type: 'notification-target', id }, after }),
      );
      return { target, secret: made };
    },

    patch: async (audit, id, ifMatch, patch) => {
      const before = await existing(id);
      return audit.effect(
        {
          action: 'notification-target.change',
          object: { type: 'notification-target', id },
          before,
          detail: { name: before.name, change: patch },
        },
        () => {
          requireReachable(network, patch.url);
          return change(async db => {
            const now = (await lockTarget(db, id)) ?? gone();
            requireMatch(ifMatch, now.version);
            requireKind(now, patch);
            await updateTarget(db, id, changed(now, patch), sealed(id, patch.secret));
            return (await findTarget(db, id)) ?? gone();
          });
        },
        after => ({ after }),
      );
    },

    remove: async (audit, id, ifMatch) => {
      const before = await existing(id);
      await audit.effect(
        {
          action: 'notification-target.delete',
          object: { type: 'notification-target', id },
          before,
          detail: { name: before.name },
        },
        () =>
          change(async db => {
            requireMatch(ifMatch, ((await lockTarget(db, id)) ?? gone()).version);
            await deleteTarget(db, id);
          }),
      );
    },

    test: async (audit, id) => {
      const { name } = await existing(id);
      const deliveryId = randomUUID();
      await audit.effect(
        {
          action: 'notification-target.test',
          object: { type: 'notification-target', id },
          detail: { name, delivery: deliveryId },
        },
        () => insertDelivery(database, { id: deliveryId, targetId: id, about: `test/${deliveryId}`, message: testMessage(name) }),
      );
      return deliveryId;
    },

    retry: async (audit, id) => {
      const delivery = (await findDelivery(database, id)) ?? goneDelivery();
      await audit.effect(
        {
          action: 'notification-delivery.retry',
          object: { type: 'notification-delivery', id },
          detail: { to: (delivery.target ?? delivery.person)?.name ?? null },
        },
        async () => {
          if (await reviveDelivery(database, id)) return;
          throw new Problem('delivery-open', 'This message was not given up: it was sent, or will be tried again by itself.');
        },
      );
    },
  };
}

const testMessage = (name: string) =>
  messageOf([
    {
      event: TEST_EVENT,
      endpoint: null,
      runId: null,
      message: `Test message to ${name}. Nothing happened.`,
      at: new Date().toISOString(),
    },
  ]);

/** As Standard Webhooks writes keys. */
const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

const subscriptionsOf = (subscriptions: TargetCreate['subscriptions']): TargetFields['subscriptions'] =>
  subscriptions.map(({ event, endpoint }) => ({ event, endpointId: endpoint }));

const fieldsOf = (wanted: TargetCreate): TargetFields => ({
  name: wanted.name,
  kind: wanted.kind,
  enabled: wanted.enabled,
  recipients: wanted.kind === 'mail' ? wanted.recipients : [],
  url: wanted.kind === 'webhook' ? wanted.url : null,
  staleAfterHours: wanted.staleAfterHours,
  expiresWithinDays: wanted.expiresWithinDays,
  subscriptions: subscriptionsOf(wanted.subscriptions),
});

function requireKind({ kind }: NotificationTarget, { recipients, url, secret }: TargetPatch): void {
  const strange = kind === 'mail' ? (['url', 'secret'] as const) : (['recipients'] as const);
  const given = { recipients, url, secret };
  const field = strange.find(name => given[name] !== undefined);
  if (field === undefined) return;
  const detail = `A ${kind} has none of these.`;
  throw new Problem('invalid-body', `/${field}: ${detail}`, { errors: [{ pointer: `/${field}`, detail }] });
}

const changed = (now: NotificationTarget, patch: TargetPatch): TargetFields => ({
  name: patch.name ?? now.name,
  kind: now.kind,
  enabled: patch.enabled ?? now.enabled,
  recipients: patch.recipients ?? now.recipients,
  url: patch.url ?? now.url,
  staleAfterHours: patch.staleAfterHours ?? now.staleAfterHours,
  expiresWithinDays: patch.expiresWithinDays ?? now.expiresWithinDays,
  subscriptions: patch.subscriptions === undefined ? now.subscriptions : subscriptionsOf(patch.subscriptions),
});

const answerTaken = refuseTaken({
  notification_target_name_key: ['name-taken', '/name', 'Another target has this name; upper and lower case count as equal.'],
  notification_subscription_endpoint_id_fkey: ['invalid-body', '/subscriptions', 'There is no such endpoint.'],
});

function gone(): never {
  throw notFound('notification target');
}

function goneDelivery(): never {
  throw notFound('message');
}
