import type { ExpiringCredential, LastComplete } from '../../../domain/notifications/conditions';
import type { EndpointHealth, EndedRun } from '../../../domain/notifications/run-events';
import type { RunReason, RunState } from '../../../domain/run';
import type { Queryable } from '../../queryable';

/** What happened since somebody was last told. */

/** Until the transaction ends nobody else looks for news, so that each is told once and in order. */
export async function lockNews(db: Queryable): Promise<void> {
  await db.query(`select pg_advisory_xact_lock(hashtextextended('notifications', 0))`);
}

/** The end of one run of an endpoint, and the run that people asked for. */
export interface EndedRunRow extends EndedRun {
  /** The full sync that it belongs to, or itself. */
  rootId: string;
}

interface Row {
  run_id: string;
  root_id: string;
  endpoint_id: string;
  endpoint_name: string;
  state: RunState;
  reason: RunReason | null;
  message: string | null;
  new_conflicts: number;
  ended_at: Date;
}

/**
 * Takes the ends of runs that nobody was told of, in order: those of a full sync together, when it has ended as a whole (or a quarter of an hour after one
 * of them did, should it never end).
 */
export async function takeEndedRuns(db: Queryable, most: number): Promise<EndedRunRow[]> {
  const { rows } = await db.query<Row>(
    `with ready as (
       select n.run_id from ended_run n join run r on r.id = n.run_id left join run p on p.id = r.parent_id
        where p.id is null or p.state not in ('pending', 'running') or n.ended_at < now() - interval '15 minutes'
        order by n.ended_at, n.run_id limit $1
     ), taken as (delete from ended_run where run_id in (select run_id from ready) returning run_id, ended_at)
     select r.id as run_id, coalesce(r.parent_id, r.id) as root_id, e.id as endpoint_id, e.name as endpoint_name, r.state, r.reason,
            r.message, coalesce((r.counts->>'newConflicts')::int, 0) as new_conflicts, t.ended_at
       from taken t join run r on r.id = t.run_id join endpoint e on e.id = r.endpoint_id
      where r.kind = 'endpoint-sync' order by t.ended_at, r.id`,
    [most],
  );
  return rows.map(row => ({
    runId: row.run_id,
    rootId: row.root_id,
    endpoint: { id: row.endpoint_id, name: row.endpoint_name },
    state: row.state,
    reason: row.reason,
    message: row.message,
    newConflicts: row.new_conflicts,
    endedAt: row.ended_at.toISOString(),
  }));
}

/** How endpoints were; one that is not there was well. */
export async function readHealth(db: Queryable): Promise<Map<string, EndpointHealth>> {
  const { rows } = await db.query<{ endpoint_id: string; state: EndpointHealth }>(
    'select endpoint_id, state from endpoint_health',
  );
  return new Map(rows.map(row => [row.endpoint_id, row.state]));
}

export async function saveHealth(db: Queryable, endpointId: string, state: EndpointHealth, since: string): Promise<void> {
  await db.query(
    `insert into endpoint_health (endpoint_id, state, since) values ($1, $2, $3)
     on conflict (endpoint_id) do update set state = excluded.state, since = excluded.since
      where endpoint_health.state <> excluded.state`,
    [endpointId, state, since],
  );
}

/** Of the endpoints that are enabled. */
export async function readLastComplete(db: Queryable): Promise<LastComplete[]> {
  const { rows } = await db.query<LastComplete>(
    `select e.id, e.name, greatest(e.created_at, coalesce(max(r.finished_at), e.created_at)) as since
       from endpoint e left join run r on r.endpoint_id = e.id and r.state = 'completed'
      where e.enabled group by e.id`,
  );
  return rows;
}

/** Tokens of ours that are in use, and those of NetBox and Proxmox as they were last read, that expire within so many days. */
export async function readExpiring(db: Queryable, withinDays: number): Promise<ExpiringCredential[]> {
  const { rows } = await db.query<ExpiringCredential>(
    `select 'api-token/' || t.id || '/' || extract(epoch from t.expires_at) as subject,
            'The API token ' || t.name || ' of ' || u.username as label, null as endpoint, t.expires_at as "expiresAt"
       from api_token t join app_user u on u.id = t.user_id and u.enabled
      where t.revoked_at is null and t.expires_at > now() and t.expires_at <= now() + make_interval(days => $1)
      union all
     select c.subject || '/' || extract(epoch from c.expires_at), c.label,
            case when e.id is null then null else jsonb_build_object('id', e.id, 'name', e.name) end, c.expires_at
       from credential_expiry c left join endpoint e on e.id = c.endpoint_id
      where c.expires_at <= now() + make_interval(days => $1)
      order by "expiresAt"`,
    [withinDays],
  );
  return rows;
}

/** What a target was told and still holds. */
export async function readTold(db: Queryable, targetId: string, event: string): Promise<Set<string>> {
  const { rows } = await db.query<{ subject: string }>('select subject from told_condition where target_id = $1 and event = $2', [
    targetId,
    event,
  ]);
  return new Set(rows.map(({ subject }) => subject));
}

/** Notes what holds now; what does not hold any more may be told again. */
export async function saveTold(db: Queryable, targetId: string, event: string, subjects: readonly string[]): Promise<void> {
  await db.query('delete from told_condition where target_id = $1 and event = $2 and subject <> all($3::text[])', [
    targetId,
    event,
    subjects,
  ]);
  await db.query(
    `insert into told_condition (target_id, event, subject) select $1, $2, unnest($3::text[]) on conflict do nothing`,
    [targetId, event, subjects],
  );
}

/** What an issuer says about a credential; null when it never expires. */
export async function saveCredentialExpiry(
  db: Queryable,
  {
    subject,
    label,
    endpointId,
    expiresAt,
  }: { subject: string; label: string; endpointId: string | null; expiresAt: Date | null },
): Promise<void> {
  if (expiresAt === null) {
    await db.query('delete from credential_expiry where subject = $1', [subject]);
    return;
  }
  await db.query(
    `insert into credential_expiry (subject, label, endpoint_id, expires_at) values ($1, $2, $3, $4)
     on conflict (subject) do update
       set label = excluded.label, endpoint_id = excluded.endpoint_id, expires_at = excluded.expires_at, read_at = now()`,
    [subject, label, endpointId, expiresAt],
  );
}
