import { randomUUID } from 'node:crypto';
import { ApiError } from '../errors';
import type { JsonObject } from '../json';
import type { ObjectType } from '../model/object-type';
import type { Reply } from '../http/message';
import type { Row } from '../store/row';
import { store } from '../access/tokens';
import type { Session } from './session';

const JOB = 'core.job';

/**
 * 4.7: `?background=true` on a list write answers 202 with a job at once; the work is done a moment later and the job
 * carries its answer.
 */
export function inBackground(session: Session, type: ObjectType, work: () => Reply): Reply {
  if (session.request.headers['if-match'] !== undefined) {
    throw new ApiError(400, { detail: 'The If-Match header is not supported for background operations.' });
  }
  const { world } = session;
  const job = store(world, JOB, {
    name: `${session.request.method} ${type.label}`,
    status: 'pending',
    started: null,
    completed: null,
    user: session.caller.user.id,
    data: null,
    error: '',
    job_id: randomUUID(),
  });
  setImmediate(() => finish(session, job, work));
  return { status: 202, body: { job: { id: job.id, url: session.reader.url(world.type(JOB), job.id), status: 'pending' } } };
}

function finish(session: Session, job: Row, work: () => Reply): void {
  const { world } = session;
  const started = world.now();
  let outcome: JsonObject;
  try {
    const reply = work();
    outcome = { status: 'completed', data: { status_code: reply.status, data: reply.body ?? null } };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    outcome = { status: 'failed', data: { status_code: error.status, data: error.body } };
  }
  const current = world.get(JOB, job.id);
  if (current) world.put(JOB, { ...current, values: { ...current.values, ...outcome, started, completed: world.now() } });
}

/** Whether a request asks for background work that this version does. */
export function wantsBackground(session: Session, isList: boolean): boolean {
  return isList && session.version.minor >= 7 && (session.request.query.get('background') ?? '').toLowerCase() === 'true';
}
