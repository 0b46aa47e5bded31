import type { AnyStep, RunEventName } from '../../domain/run-events';
import type { Queryable } from '../queryable';

/** What runs tell while they are at work. The event of a run's end, `complete`, is the database's own: it is written by whatever ends the run. */

export interface NewRunEvent {
  event: Exclude<RunEventName, 'complete'>;
  data: Record<string, unknown>;
  /** Told once for the run under this name, however often an attempt is repeated. */
  once?: string;
}

export async function appendRunEvent(db: Queryable, runId: string, { event, data, once }: NewRunEvent): Promise<void> {
  await db.query('select append_run_event($1, $2, $3, $4)', [runId, event, JSON.stringify(data), once ?? null]);
}

/** Tells that a step is done, with the seconds since it began: those of all its attempts. Nothing is told of a step that did not begin. */
export async function completeStep(
  db: Queryable,
  runId: string,
  step: AnyStep,
  data: { message: string; result: Record<string, unknown> },
): Promise<void> {
  await db.query(
    `select append_run_event($1, 'step', $3::jsonb || jsonb_build_object(
         'step', $2::text, 'status', 'completed', 'duration_seconds', round(extract(epoch from clock_timestamp() - began.at)::numeric, 3)),
       $2 || ' completed')
     from run_event began where began.run_id = $1 and began.once = $2 || ' started'`,
    [runId, step, JSON.stringify(data)],
  );
}

/** Which events are wanted: a run's own, and with them those of the runs of its endpoints. */
export interface RunEventStream {
  runId: string;
  /** The run that the stream is named after: the full sync, or the run itself. */
  rootId: string;
}

export interface RunEventRead {
  id: number;
  runId: string;
  endpoint: { id: string; name: string | null } | null;
  event: RunEventName;
  data: Record<string, unknown>;
  at: Date;
}

interface EventRow {
  id: string;
  run_id: string;
  endpoint_id: string | null;
  endpoint_name: string | null;
  event: RunEventName;
  data: Record<string, unknown>;
  at: Date;
}

const toEvent = (row: EventRow): RunEventRead => ({
  id: Number(row.id),
  runId: row.run_id,
  endpoint: row.endpoint_id === null ? null : { id: row.endpoint_id, name: row.endpoint_name },
  event: row.event,
  data: row.data,
  at: row.at,
});

const SELECT = `select v.id, v.run_id, r.endpoint_id, e.name as endpoint_name, v.event, v.data, v.at
  from run_event v join run r on r.id = v.run_id left join endpoint e on e.id = r.endpoint_id
  where v.root_id = $1 and ($1 = $2::uuid or v.run_id = $2)`;

/** In order, from the one behind `after`. */
export async function readRunEvents(
  db: Queryable,
  { rootId, runId }: RunEventStream,
  after: number,
  limit: number,
): Promise<RunEventRead[]> {
  const { rows } = await db.query<EventRow>(`${SELECT} and v.id > $3 order by v.id limit $4`, [rootId, runId, after, limit]);
  return rows.map(toEvent);
}

/** The last ones of a run and of the runs of its endpoints, newest first. */
export async function latestRunEvents(db: Queryable, runId: string, limit: number): Promise<RunEventRead[]> {
  const root = await db.query<{ id: string }>(`select coalesce(parent_id, id) as id from run where id = $1`, [runId]);
  const { rows } = await db.query<EventRow>(`${SELECT} order by v.id desc limit $3`, [root.rows[0]?.id, runId, limit]);
  return rows.map(toEvent);
}

/** The number of a run's last event, once the run has ended. */
export async function findRunEnd(db: Queryable, runId: string): Promise<number | undefined> {
  const { rows } = await db.query<{ id: string }>(`select id from run_event where run_id = $1 and once = 'complete'`, [runId]);
  return rows[0] && Number(rows[0].id);
}

/** When a run was in one of its steps; `endedAt` is null while it is, and when the run ended in the middle of it. */
export interface StepTime {
  runId: string;
  step: AnyStep;
  startedAt: Date;
  endedAt: Date | null;
}

/** Of several runs, each in order. */
export async function readStepTimes(db: Queryable, runIds: readonly string[]): Promise<StepTime[]> {
  const { rows } = await db.query<{ run_id: string; step: AnyStep; started_at: Date; ended_at: Date | null }>(
    `select began.run_id, began.data ->> 'step' as step, began.at as started_at, done.at as ended_at
     from run_event began
     left join run_event done on done.run_id = began.run_id and done.once = (began.data ->> 'step') || ' completed'
     where began.run_id = any($1) and began.event = 'step' and began.data ->> 'status' = 'started'
     order by began.run_id, began.id`,
    [runIds],
  );
  return rows.map(row => ({ runId: row.run_id, step: row.step, startedAt: row.started_at, endedAt: row.ended_at }));
}
