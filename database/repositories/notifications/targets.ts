import type { NotificationEvent, Subscription } from '../../../domain/notifications/events';
import type { Queryable } from '../../queryable';
import type { Sealed } from '../../secrets';

export type TargetKind = 'mail' | 'webhook';

/** Where messages go, and about what. */
export interface NotificationTarget {
  id: string;
  name: string;
  kind: TargetKind;
  enabled: boolean;
  /** Addresses of a mail. */
  recipients: string[];
  /** Of a webhook. */
  url: string | null;
  /** An endpoint without a complete run for so long is stale. */
  staleAfterHours: number;
  /** A token that expires within so many days is told. */
  expiresWithinDays: number;
  subscriptions: Subscription[];
  version: number;
}

export type TargetFields = Omit<NotificationTarget, 'id' | 'version'>;

interface Row extends Omit<NotificationTarget, 'subscriptions'> {
  subscriptions: { event: NotificationEvent; endpointId: string | null }[];
}

const SELECT = `select id, name, kind, enabled, recipients, url, stale_after_hours as "staleAfterHours",
  expires_within_days as "expiresWithinDays", version,
  coalesce((select json_agg(json_build_object('event', s.event, 'endpointId', s.endpoint_id) order by s.event, s.endpoint_id)
              from notification_subscription s where s.target_id = t.id), '[]'::json) as subscriptions
  from notification_target t`;

export async function listTargets(db: Queryable): Promise<NotificationTarget[]> {
  return (await db.query<Row>(`${SELECT} order by lower(name)`)).rows;
}

export async function findTarget(db: Queryable, id: string): Promise<NotificationTarget | undefined> {
  return (await db.query<Row>(`${SELECT} where id = $1`, [id])).rows[0];
}

/** A target that nobody else changes until the transaction ends. */
export async function lockTarget(db: Queryable, id: string): Promise<NotificationTarget | undefined> {
  await db.query('select 1 from notification_target where id = $1 for update', [id]);
  return findTarget(db, id);
}

export async function insertTarget(db: Queryable, id: string, fields: TargetFields, secret: Sealed | null): Promise<void> {
  await db.query(
    `insert into notification_target
       (id, name, kind, enabled, recipients, url, key_id, ciphertext, stale_after_hours, expires_within_days)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [id, ...columnsOf(fields, secret)],
  );
  await saveSubscriptions(db, id, fields.subscriptions);
}

/** @param secret null keeps the one that is there. */
export async function updateTarget(db: Queryable, id: string, fields: TargetFields, secret: Sealed | null): Promise<void> {
  await db.query(
    `update notification_target
        set name = $2, kind = $3, enabled = $4, recipients = $5, url = $6, key_id = coalesce($7, key_id),
            ciphertext = coalesce($8, ciphertext), stale_after_hours = $9, expires_within_days = $10, version = version + 1,
            updated_at = now()
      where id = $1`,
    [id, ...columnsOf(fields, secret)],
  );
  await db.query('delete from notification_subscription where target_id = $1', [id]);
  await saveSubscriptions(db, id, fields.subscriptions);
}

const columnsOf = (fields: TargetFields, secret: Sealed | null): unknown[] => [
  fields.name,
  fields.kind,
  fields.enabled,
  fields.recipients,
  fields.url,
  secret?.keyId ?? null,
  secret?.ciphertext ?? null,
  fields.staleAfterHours,
  fields.expiresWithinDays,
];

async function saveSubscriptions(db: Queryable, id: string, subscriptions: readonly Subscription[]): Promise<void> {
  await db.query(
    `insert into notification_subscription (target_id, event, endpoint_id)
     select $1, event, endpoint_id from unnest($2::text[], $3::uuid[]) as item (event, endpoint_id) on conflict do nothing`,
    [id, subscriptions.map(({ event }) => event), subscriptions.map(({ endpointId }) => endpointId)],
  );
}

/** What is said to it and not yet delivered goes with it. */
export async function deleteTarget(db: Queryable, id: string): Promise<void> {
  await db.query('delete from notification_target where id = $1', [id]);
}

/** The key that a webhook's messages are signed with; undefined for a mail, or when the target is gone. */
export async function readTargetSecret(db: Queryable, id: string): Promise<Sealed | undefined> {
  const { rows } = await db.query<Sealed>(
    'select key_id as "keyId", ciphertext from notification_target where id = $1 and ciphertext is not null',
    [id],
  );
  return rows[0];
}
