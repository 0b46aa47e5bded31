import type { NotificationMessage } from '../../../domain/notifications/message';
import type { Queryable } from '../../queryable';

/** The outbox: messages that are to be sent, and what became of them. */

export interface NewDelivery {
  id: string;
  targetId: string;
  /** What it is about: a second message about the same thing to the same target is none. */
  about: string;
  message: NotificationMessage;
}

/** Once per target and thing; may be repeated. */
export async function insertDelivery(db: Queryable, { id, targetId, about, message }: NewDelivery): Promise<void> {
  await db.query(
    `insert into notification_delivery (id, target_id, about, events, message) values ($1, $2, $3, $4, $5)
     on conflict (target_id, about) do nothing`,
    [id, targetId, about, [...new Set(message.items.map(({ event }) => event))], JSON.stringify(message)],
  );
}

/** A mail to each of these people who may sign in and has an address: once per person and thing; may be repeated. */
export async function insertPersonalDeliveries(
  db: Queryable,
  { people, about, message }: { people: readonly string[]; about: string; message: NotificationMessage },
): Promise<void> {
  await db.query(
    `insert into notification_delivery (id, user_id, about, events, message)
     select gen_random_uuid(), id, $2, $3, $4 from app_user where id = any($1) and enabled and email <> ''
     on conflict (user_id, about) where user_id is not null do nothing`,
    [people, about, [...new Set(message.items.map(({ event }) => event))], JSON.stringify(message)],
  );
}

/** A message that somebody is about to send. */
export interface DueDelivery {
  id: string;
  to: { targetId: string } | { userId: string };
  /** With this one. */
  attempts: number;
  message: NotificationMessage;
  createdAt: Date;
}

/**
 * Takes the message that is due longest; nobody else takes it within the lease. Whoever takes it and dies leaves it due again after that. Undefined when none is due.
 */
export async function takeDueDelivery(db: Queryable, leaseSeconds: number): Promise<DueDelivery | undefined> {
  const { rows } = await db.query<DueDelivery>(
    `update notification_delivery d set attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $1)
      where id = (select n.id from notification_delivery n left join notification_target t on t.id = n.target_id
                   left join app_user u on u.id = n.user_id
                   where n.state = 'pending' and n.next_attempt_at <= now() and (t.enabled or u.enabled)
                   order by n.next_attempt_at, n.id limit 1 for update of n skip locked)
      returning id, jsonb_strip_nulls(jsonb_build_object('targetId', target_id, 'userId', user_id)) as "to", attempts, message,
        created_at as "createdAt"`,
    [leaseSeconds],
  );
  return rows[0];
}

export async function noteSent(db: Queryable, id: string): Promise<void> {
  await db.query(
    `update notification_delivery set state = 'sent', last_error = null, ended_at = now() where id = $1 and state = 'pending'`,
    [id],
  );
}

/** @param pauseSeconds until the next attempt; undefined when it is given up. */
export async function noteFailed(db: Queryable, id: string, error: string, pauseSeconds: number | undefined): Promise<void> {
  await db.query(
    `update notification_delivery
        set last_error = $2, state = case when $3::float8 is null then 'dead' else state end,
            ended_at = case when $3::float8 is null then now() end,
            next_attempt_at = now() + make_interval(secs => coalesce($3::float8, 0))
      where id = $1 and state = 'pending'`,
    [id, error, pauseSeconds ?? null],
  );
}

export interface Delivery {
  id: string;
  /** Null for a message to a person. */
  target: { id: string; name: string } | null;
  /** Null for a message to a target. */
  person: { id: string; name: string } | null;
  events: string[];
  subject: string;
  state: 'pending' | 'sent' | 'dead';
  attempts: number;
  nextAttemptAt: Date;
  lastError: string | null;
  createdAt: Date;
  endedAt: Date | null;
}

const SELECT = `select d.id, case when t.id is not null then json_build_object('id', t.id, 'name', t.name) end as target,
  case when u.id is not null then json_build_object('id', u.id, 'name', u.username) end as person, d.events, d.message->>'subject' as subject, d.state,
  d.attempts, d.next_attempt_at as "nextAttemptAt", d.last_error as "lastError", d.created_at as "createdAt", d.ended_at as "endedAt"
  from notification_delivery d left join notification_target t on t.id = d.target_id left join app_user u on u.id = d.user_id`;

/** The latest ones, newest first. */
export async function listDeliveries(
  db: Queryable,
  { state, targetId, limit }: { state?: Delivery['state'] | undefined; targetId?: string | undefined; limit: number },
): Promise<Delivery[]> {
  const { rows } = await db.query<Delivery>(
    `${SELECT} where ($1::text is null or d.state = $1) and ($2::uuid is null or d.target_id = $2)
     order by d.created_at desc, d.id limit $3`,
    [state ?? null, targetId ?? null, limit],
  );
  return rows;
}

export async function findDelivery(db: Queryable, id: string): Promise<Delivery | undefined> {
  return (await db.query<Delivery>(`${SELECT} where d.id = $1`, [id])).rows[0];
}

/** Sends a message that was given up anew, from its first attempt on. False when it was not given up. */
export async function reviveDelivery(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update notification_delivery set state = 'pending', attempts = 0, next_attempt_at = now(), ended_at = null
      where id = $1 and state = 'dead'`,
    [id],
  );
  return rowCount === 1;
}
