import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { inTransaction } from '../../database/queryable';
import { insertDecision } from '../../database/repositories/deletion/decisions';
import { insertRequester, listRequesters } from '../../database/repositories/deletion/requesters';
import { findDeletion, lockDeletion, moveDeletion, type Deletion } from '../../database/repositories/deletion/requests';
import { findEndpoint } from '../../database/repositories/endpoints';
import { typedRight } from '../../domain/deletion/four-eyes';
import { transition } from '../../domain/deletion/states';
import { intentPermission } from '../../domain/intent/gate';
import { workflowIds } from '../../workflows/names';
import { permissionDenied } from '../auth/authorize';
import type { ApiDependencies } from '../dependencies';
import { Problem, TemporalUnavailableError } from '../errors';
import { requireMatch } from '../etag';
import type { Asking } from '../runs/launch';
import { notFound } from '../validate';
import { labelOf, requireGate, requirePersonOf, settingsNow, startWorkflow } from './ask';
import { mayPerson } from './rules';
import type { DecisionBody } from './schema';

type Needs = Pick<ApiDependencies, 'database' | 'temporal' | 'environment' | 'log'>;

export async function deletionOf({ database }: Pick<Needs, 'database'>, id: string): Promise<Deletion> {
  const request = await findDeletion(database, id);
  if (request === undefined) throw notFound('deletion request');
  return request;
}

export interface GivenCode {
  code: string;
  expiresAt: Date;
  workflowId: string;
}

/**
 * Writes a person's decision, and gives the code by which it takes effect. Everything is asked in the order: rights of the endpoint and the switches,
 * the target, the person, the state, what they saw.
 */
export async function decide(
  needs: Needs,
  { caller, audit }: Asking,
  id: string,
  ifMatch: string,
  body: DecisionBody,
): Promise<GivenCode> {
  const { database } = needs;
  const request = await deletionOf(needs, id);
  const { verdict } = body;
  const work = async (): Promise<GivenCode> => {
    const person = requirePersonOf(caller);
    const values = await settingsNow(needs);
    if (verdict === 'approve') requireGate(values, (await findEndpoint(database, request.endpointId)) ?? null);
    requireTarget(request, body);
    const code = randomBytes(16).toString('hex');
    const expiresAt = await inTransaction(database, async db => {
      const locked = await lockDeletion(db, id);
      if (!locked) throw notFound('deletion request');
      const may = mayPerson(verdict, caller, locked, await listRequesters(db, id), values);
      if (!may.allowed) throw new Problem(may.code === 'own_request' ? 'own-request' : 'permission-denied', may.message);
      requireState(locked, verdict);
      requireMatch(ifMatch, locked.version);
      if (verdict === 'approve') requireSeen(locked, body);
      return insertDecision(
        db,
        {
          id: randomUUID(),
          requestId: id,
          round: locked.round,
          verdict,
          userId: person.id,
          name: person.name,
          authenticatedBy: caller.how,
          digest: verdict === 'approve' ? body.digest : (locked.digest ?? ''),
          reason: verdict === 'approve' ? null : (body.reason ?? null),
          withoutBackup: verdict === 'approve' && body.without_backup,
          selfApproveAllowed: values.intent_apply_authorization_self_approve_allowed,
        },
        createHash('sha256').update(code).digest(),
      );
    }).catch(translate);
    return { code, expiresAt, workflowId: workflowIds.deletion(request.endpointId, request.vmid) };
  };
  const effect = {
    action: `deletion.${verdict}`,
    object: { type: 'deletion-request', id },
    endpointId: request.endpointId,
  } as const;
  return audit.effect({ ...effect, detail: { vmid: request.vmid, ...body } }, work);
}

/** What the database refuses, although we had not: somebody joined in between. */
function translate(error: unknown): never {
  if (typeof error === 'object' && error !== null && 'constraint' in error && error.constraint === 'deletion_four_eyes') {
    throw new Problem('own-request', 'You asked for this deletion yourself: somebody else must decide.');
  }
  throw error;
}

export function requireTarget(
  request: Deletion,
  said: { vmid?: number | undefined; node?: string | undefined; kind?: string | undefined },
): void {
  for (const key of ['vmid', 'node', 'kind'] as const) {
    if (said[key] === undefined || said[key] === request[key]) continue;
    throw new Problem('target-mismatch', `The request is about ${key} ${request[key] ?? 'unknown'}, not ${said[key]}.`);
  }
}

function requireState(request: Deletion, verdict: DecisionBody['verdict']): void {
  const answer = transition(request.state, verdict === 'reject' ? { type: 'reject', reason: 'given' } : { type: verdict });
  if (!answer.accepted) throw new Problem('deletion-state', answer.message);
  if (verdict === 'approve' && request.digest === null)
    throw new Problem('deletion-state', 'The guest is still being read. Ask again in a moment.');
}

function requireSeen(request: Deletion, body: { digest: string; name: string }): void {
  if (body.digest !== request.digest)
    throw new Problem('stale', 'The digest is not that of the request. Read it again, and decide about that.');
  if (typedRight(body.name, { name: request.name === '' ? null : request.name, vmid: request.vmid })) return;
  const detail = 'Type the name of the guest, or its VMID where it has no name.';
  throw new Problem('invalid-body', detail, { errors: [{ pointer: '/name', detail }] });
}

/** Hands a decision's code to the workflow, which starts again if it is gone. */
export async function takeEffect(
  needs: Needs,
  { caller }: Asking,
  request: Deletion,
  verdict: DecisionBody['verdict'],
  given: GivenCode,
): Promise<void> {
  const about = labelOf({ name: request.endpointName }, request.vmid, request.name);
  await startWorkflow(needs, {
    requestId: request.id,
    endpointId: request.endpointId,
    vmid: request.vmid,
    actor: caller.name,
    about,
  });
  const answer = await needs.temporal.decideDeletion(given.workflowId, verdict, given.code).catch(async (error: unknown) => {
    // A workflow that ends at this moment answers nobody: what it has made of the request says why.
    requireState(await deletionOf(needs, request.id), verdict);
    throw error;
  });
  if (answer.taken) return;
  if (answer.code === 'gone') {
    requireState(await deletionOf(needs, request.id), verdict);
    throw startedAgain();
  }
  if (answer.code === 'own_request') throw new Problem('own-request', answer.message);
  if (answer.code === 'permission_denied') throw new Problem('permission-denied', answer.message);
  throw new Problem('deletion-state', answer.message);
}

/** Has an approved request looked at now. */
export async function lookNow(needs: Needs, { caller, audit }: Asking, id: string): Promise<void> {
  const request = await deletionOf(needs, id);
  requireApproved(request);
  const { endpointId, endpointName, vmid, name } = request;
  const effect = { action: 'deletion.look', object: { type: 'deletion-request', id }, endpointId } as const;
  await audit.effect(effect, async () => {
    const about = labelOf({ name: endpointName }, vmid, name);
    await startWorkflow(needs, { requestId: id, endpointId, vmid, actor: caller.name, about });
    if (await needs.temporal.signal(workflowIds.deletion(endpointId, vmid), 'look')) return;
    // It ended at this moment: what it has made of the request says why.
    requireApproved(await deletionOf(needs, id));
    throw startedAgain();
  });
}

function requireApproved({ state }: Deletion): void {
  const answer = transition(state, { type: 'execute' });
  if (!answer.accepted) throw new Problem(answer.status === 412 ? 'not-approved' : 'deletion-state', answer.message);
}

const startedAgain = (): Error =>
  new TemporalUnavailableError('the workflow of the request is being started again, within a minute', undefined);

/** Somebody who may delete takes on a request whose asker is none of ours. */
export async function adopt(needs: Needs, { caller, audit }: Asking, id: string): Promise<void> {
  const request = await deletionOf(needs, id);
  const person = requirePersonOf(caller);
  const permission = intentPermission('delete', request.kind);
  const effect = { action: 'deletion.adopt', object: { type: 'deletion-request', id }, endpointId: request.endpointId } as const;
  await audit.effect(effect, async () => {
    if (!caller.permissions(permission, request.endpointId)) throw permissionDenied(permission);
    await inTransaction(needs.database, async db => {
      const locked = await lockDeletion(db, id);
      const answer = locked && transition(locked.state, { type: 'adopt' });
      if (!locked || !answer?.accepted) throw new Problem('deletion-state', 'The request needs nobody to adopt it.');
      await insertRequester(db, id, { userId: person.id, name: person.name, how: 'adopted', heldAtRequest: true });
      await moveDeletion(db, id, { from: locked.state, to: answer.next });
    });
    await needs.temporal.signal(workflowIds.deletion(request.endpointId, request.vmid), 'look');
  });
}
