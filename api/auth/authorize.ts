import type { Request } from 'express';
import type { Queryable } from '../../database/queryable';
import { findDeletion } from '../../database/repositories/deletion/requests';
import { listEndpoints } from '../../database/repositories/endpoints';
import { findGuestChange, listGuestChanges } from '../../database/repositories/intent/changes';
import { findIntentMerge } from '../../database/repositories/intent/merges';
import { findIntentPlan } from '../../database/repositories/intent/plans';
import { findRun } from '../../database/repositories/run-reads';
import { findSchedule } from '../../database/repositories/schedules';
import type { Permission } from '../../domain/people/permissions';
import type { EndpointSet } from '../../domain/people/rights';
import { Problem } from '../errors';
import { coverage } from '../schedules/coverage';
import { idOf, notFound } from '../validate';
import type { Identity } from './identity';
import type { Access } from './route-access';

/**
 * Lets a caller go on, or throws: `not-found` for what does not exist for them, `permission-denied` for what they may not do to what does.
 */
export async function authorize(db: Queryable, access: Access, caller: Identity, req: Request): Promise<void> {
  if (access.who === 'everybody' || access.who === 'signed-in') return;
  if (access.who === 'person') return requirePerson(caller);

  switch (access.on) {
    case 'installation':
      if (!caller.permissions(access.who)) throw permissionDenied(access.who, 'on the whole installation');
      return;
    case 'some-endpoint':
      if (caller.endpointsWith(access.who).length === 0) throw permissionDenied(access.who);
      return;
    case 'endpoint':
      return requireOn(caller, access.who, [idOf(req, 'endpoint')], 'endpoint');
    case 'run':
      return requireOn(caller, access.who, await endpointsOfRun(db, idOf(req, 'run')), 'run');
    case 'intent-plan':
      return requireOn(caller, access.who, await endpointsOfPlan(db, idOf(req, 'plan')), 'plan');
    case 'intent-merge':
      return requireOn(caller, access.who, await endpointsOfMerge(db, idOf(req, 'merge')), 'merge');
    case 'guest-change':
      return requireOn(caller, access.who, await endpointsOfChange(db, idOf(req, 'change')), 'change');
    case 'deletion-request':
      return requireOn(caller, access.who, await endpointsOfDeletion(db, idOf(req, 'deletion request')), 'deletion request');
    case 'schedule':
      return requireOn(caller, access.who, await endpointsOfSchedule(db, idOf(req, 'schedule')), 'schedule');
  }
}

export const permissionDenied = (permission: Permission, where = 'here'): Problem =>
  new Problem(
    'permission-denied',
    `This needs the permission ${permission} ${where}. An administrator can give you a role that has it.`,
  );

/** The endpoints that a run is about. */
async function endpointsOfRun(db: Queryable, runId: string): Promise<EndpointSet> {
  const run = await findRun(db, runId);
  if (run === undefined) throw notFound('run');
  return run.endpoint === null ? (run.scope.endpoints ?? 'all') : [run.endpoint.id];
}

/** The endpoints of the guests that a plan is about; of a branch that is not planned yet, all. */
async function endpointsOfPlan(db: Queryable, planId: string): Promise<EndpointSet> {
  const plan = await findIntentPlan(db, planId);
  if (plan === undefined) throw notFound('plan');
  const planned = (await listGuestChanges(db, planId)).flatMap(({ endpointId }) => endpointId ?? []);
  const known = [...new Set([...plan.asked.map(({ endpointId }) => endpointId), ...planned])];
  return (plan.branch !== null || plan.changeLog !== null) && known.length === 0 ? 'all' : known;
}

/** Those of the plan that was read. */
async function endpointsOfMerge(db: Queryable, mergeId: string): Promise<EndpointSet> {
  const merge = await findIntentMerge(db, mergeId);
  if (merge === undefined) throw notFound('merge');
  return endpointsOfPlan(db, merge.planId);
}

async function endpointsOfChange(db: Queryable, changeId: string): Promise<EndpointSet> {
  const change = await findGuestChange(db, changeId);
  if (change === undefined) throw notFound('change');
  return change.endpointId === null ? 'all' : [change.endpointId];
}

async function endpointsOfDeletion(db: Queryable, requestId: string): Promise<EndpointSet> {
  const request = await findDeletion(db, requestId);
  if (request === undefined) throw notFound('deletion request');
  return [request.endpointId];
}

async function endpointsOfSchedule(db: Queryable, scheduleId: string): Promise<EndpointSet> {
  const schedule = await findSchedule(db, scheduleId);
  if (schedule === undefined) throw notFound('schedule');
  return coverage(schedule, await listEndpoints(db));
}

function requireOn(caller: Identity, permission: Permission, endpoints: EndpointSet, what: string): void {
  if (!onEach(endpoints, caller.sees)) throw notFound(what);
  if (!onEach(endpoints, id => caller.permissions(permission, id))) throw permissionDenied(permission);
}

/** Whether something holds on each of some endpoints; of all of them, when it holds on the installation as a whole. */
export const onEach = (endpoints: EndpointSet, holds: (endpointId?: string) => boolean): boolean =>
  endpoints === 'all' ? holds() : endpoints.every(id => holds(id));

function requirePerson({ kind, credential }: Identity): void {
  if (kind !== 'user') {
    throw new Problem(
      'not-a-person',
      'This is about a person, and this key proves none. Sign in, or use a token that you made yourself.',
    );
  }
  if (credential.how === 'token' && credential.permissions !== null) {
    throw new Problem('permission-denied', 'This token is narrowed to some permissions. Sign in, or use a token that is not.');
  }
}
