import type { AuditAction } from '../../domain/audit/actions';
import type { AuditActor, AuditPhase, AuditResult, AuditRow } from '../../domain/audit/record';
import type { JsonObject } from '../../domain/json';
import type { Queryable } from '../queryable';

/** The end of the chain, and what time it is. */
export interface AuditEnd {
  /** Undefined while the table is empty. */
  last: { seq: number; hash: string; keyId: string } | undefined;
  /** UTC to the microsecond. */
  now: string;
}

interface Row {
  seq: string;
  time: string;
  phase: AuditPhase;
  intent_seq: string | null;
  action: AuditAction;
  actor_kind: AuditActor['kind'];
  actor_id: string | null;
  actor: string;
  authenticated_by: string;
  label: string | null;
  object_type: string | null;
  object_id: string | null;
  endpoint_id: string | null;
  run_id: string | null;
  before_digest: string | null;
  after_digest: string | null;
  result: AuditResult | null;
  reason: string | null;
  detail: JsonObject;
  request_id: string | null;
  key_id: string;
  previous: string;
  hash: string;
}

const microseconds = (time: string): string => `to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const COLUMNS = `a.seq, ${microseconds('a.time')} as time, a.phase, a.intent_seq, a.action, a.actor_kind, a.actor_id, a.actor,
  a.authenticated_by, a.label, a.object_type, a.object_id, a.endpoint_id, a.run_id, a.before_digest, a.after_digest, a.result, a.reason,
  a.detail, a.request_id, a.key_id, encode(a.previous, 'hex') as previous, encode(a.hash, 'hex') as hash`;

/** Nobody else appends until the transaction ends. What comes after must be a statement of its own, to see what others appended before. */
export async function lockAuditChain(db: Queryable): Promise<void> {
  await db.query(`select pg_advisory_xact_lock(hashtextextended('audit chain', 0))`);
}

export async function readAuditEnd(db: Queryable): Promise<AuditEnd> {
  const { rows } = await db.query<{ now: string } & ({ seq: null } | { seq: string; hash: string; key_id: string })>(
    `select ${microseconds('clock_timestamp()')} as now, a.seq, encode(a.hash, 'hex') as hash, a.key_id
       from (values (1)) as one left join (select seq, hash, key_id from audit order by seq desc limit 1) a on true`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('PostgreSQL gave no answer to a question that has one.');
  return { last: row.seq === null ? undefined : { seq: Number(row.seq), hash: row.hash, keyId: row.key_id }, now: row.now };
}

/** Unique violation of `audit_outcome_key` when the intent has an outcome. */
export async function insertAudit(db: Queryable, row: AuditRow): Promise<void> {
  const { actor, object } = row;
  await db.query(
    `insert into audit (seq, time, phase, intent_seq, action, actor_kind, actor_id, actor, authenticated_by, label, object_type, object_id,
       endpoint_id, run_id, before_digest, after_digest, result, reason, detail, request_id, key_id, previous, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, decode($22, 'hex'),
       decode($23, 'hex'))`,
    [
      ...[
        row.seq,
        row.time,
        row.phase,
        row.intentSeq,
        row.action,
        actor.kind,
        actor.id,
        actor.name,
        actor.authenticatedBy,
        actor.label,
      ],
      ...[object?.type, object?.id, row.endpointId, row.runId, row.beforeDigest, row.afterDigest, row.result, row.reason],
      ...[JSON.stringify(row.detail), row.requestId, row.keyId, row.previous, row.hash],
    ],
  );
}

/** Rows in the order of the chain, from after a number on, whatever that number is. */
export async function readAuditAfter(db: Queryable, seq: number, limit: number): Promise<AuditRow[]> {
  const { rows } = await db.query<Row>(`select ${COLUMNS} from audit a where a.seq > $1 order by a.seq limit $2`, [seq, limit]);
  return rows.map(toRow);
}

export interface AuditFilter {
  /** In whatever case. */
  actor?: string | undefined;
  action?: AuditAction | undefined;
  objectType?: string | undefined;
  objectId?: string | undefined;
  endpointId?: string | undefined;
  runId?: string | undefined;
  result?: AuditResult | undefined;
  /** From this time on. */
  since?: Date | undefined;
  /** Before this time. */
  until?: Date | undefined;
}

/** Rows from the newest on. `next` is where the following page starts; undefined on the last one. */
export async function listAudit(
  db: Queryable,
  filter: AuditFilter,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<{ rows: AuditRow[]; next: number | undefined }> {
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from audit a
      where ($1::text is null or lower(a.actor) = lower($1)) and ($2::text is null or a.action = $2)
        and ($3::text is null or a.object_type = $3) and ($4::text is null or a.object_id = $4)
        and ($5::uuid is null or a.endpoint_id = $5) and ($6::uuid is null or a.run_id = $6)
        and ($7::text is null or a.result = $7)
        and ($8::timestamptz is null or a.time >= $8) and ($9::timestamptz is null or a.time < $9)
        and ($10::bigint is null or a.seq < $10)
      order by a.seq desc limit $11`,
    [
      ...[filter.actor, filter.action, filter.objectType, filter.objectId, filter.endpointId, filter.runId, filter.result],
      ...[filter.since, filter.until, before, limit + 1],
    ],
  );
  const shown = rows.slice(0, limit).map(toRow);
  return { rows: shown, next: rows.length > limit ? shown.at(-1)?.seq : undefined };
}

export async function findAuditRow(db: Queryable, seq: number): Promise<AuditRow | undefined> {
  const { rows } = await db.query<Row>(`select ${COLUMNS} from audit a where a.seq = $1`, [seq]);
  return rows.map(toRow)[0];
}

/** The outcome of an intent, or the intent of an outcome; undefined for an event, and while nobody knows what became of it. */
export async function findOtherHalf(db: Queryable, { seq, intentSeq }: AuditRow): Promise<AuditRow | undefined> {
  if (intentSeq !== null) return findAuditRow(db, intentSeq);
  const { rows } = await db.query<Row>(`select ${COLUMNS} from audit a where a.intent_seq = $1`, [seq]);
  return rows.map(toRow)[0];
}

/** Intents of which nobody wrote what became of them, from the oldest on. Those that are younger may still be under way. */
export async function listOpenIntents(
  db: Queryable,
  { olderThanSeconds = 0, limit = 500 }: { olderThanSeconds?: number; limit?: number } = {},
): Promise<AuditRow[]> {
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from audit a
      where a.phase = 'intent' and a.time <= clock_timestamp() - make_interval(secs => $1)
        and not exists (select from audit o where o.intent_seq = a.seq)
      order by a.seq limit $2`,
    [olderThanSeconds, limit],
  );
  return rows.map(toRow);
}

/** What intents are looked for by: the run or the object that they are about, and what their detail has. */
export interface IntentFilter {
  about: { runId: string } | { objectType: string; objectId: string };
  detail: JsonObject;
  /** Those alone of which nobody wrote what became of them. */
  onlyOpen: boolean;
}

/** Intents about something, from the oldest on. */
export async function listIntentsAbout(db: Queryable, { about, detail, onlyOpen }: IntentFilter): Promise<AuditRow[]> {
  const [which, values] =
    'runId' in about
      ? ['a.run_id = $3', [about.runId]]
      : ['a.object_type = $3 and a.object_id = $4', [about.objectType, about.objectId]];
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from audit a
      where a.phase = 'intent' and a.detail @> $1 and ${which} and not ($2 and exists (select from audit o where o.intent_seq = a.seq))
      order by a.seq`,
    [JSON.stringify(detail), onlyOpen, ...values],
  );
  return rows.map(toRow);
}

const toRow = (row: Row): AuditRow => ({
  seq: Number(row.seq),
  time: row.time,
  phase: row.phase,
  intentSeq: row.intent_seq === null ? null : Number(row.intent_seq),
  action: row.action,
  actor: {
    kind: row.actor_kind,
    id: row.actor_id,
    name: row.actor,
    authenticatedBy: row.authenticated_by,
    label: row.label,
  },
  object: row.object_type === null ? null : { type: row.object_type, id: row.object_id },
  endpointId: row.endpoint_id,
  runId: row.run_id,
  beforeDigest: row.before_digest,
  afterDigest: row.after_digest,
  result: row.result,
  reason: row.reason,
  detail: row.detail,
  requestId: row.request_id,
  keyId: row.key_id,
  previous: row.previous,
  hash: row.hash,
});
