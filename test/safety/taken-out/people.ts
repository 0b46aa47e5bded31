import { of, type Proof } from '../invariants';
import { guard, type TakenOut } from './guard';

const decisions = (test: string): Proof[] => of('workflows/deletion/decisions', test);
const merged = (test: string): Proof[] => of('workflows/deletion/merged', test);
const lastMoment = (test: string): Proof[] => of('safety/last-moment', test);
const alone = (test: string): Proof[] => of('safety/alone', test);
const seen = decisions('an approval names what was seen: version, digest, name, target');
const once = decisions('a code is good once, for ten minutes, also as a signal');

/** Who asks, who decides, and what a code is worth. */
export const people: readonly TakenOut[] = [
  // Who asks
  guard(
    'api/deletion/ask.ts: askForDeletion',
    'with intent switched off nothing is asked for',
    '  requireGate(values, endpoint);\n',
    '',
    alone('with intent switched off, or an endpoint that is read-only, nothing is asked for'),
  ),
  guard(
    'api/deletion/ask.ts: askForDeletion',
    'the permission to delete',
    'if (!caller.permissions(permission, endpoint.id)) throw permissionDenied(permission);',
    '',
    decisions('neither the key of the environment nor somebody without the permission asks or approves'),
  ),
  guard(
    'api/deletion/ask.ts: askForDeletion',
    'whoever joins is a requester',
    "await insertRequester(db, locked.id, { ...requester, how: locked.state === 'needs_requester' ? 'adopted' : 'joined' });",
    '',
    decisions('whoever joins is a requester, and can approve it no more than the first'),
  ),
  guard(
    'api/deletion/ask.ts: askForDeletion',
    'nobody joins a request about another kind',
    'if (locked.kind !== kind)',
    'if (locked.kind === undefined)',
    alone('nobody joins the request of a VM by asking for a container'),
  ),
  guard(
    'api/deletion/decide.ts: adopt',
    'the permission to delete, where a request is adopted',
    'if (!caller.permissions(permission, request.endpointId)) throw permissionDenied(permission);',
    '',
    merged('a request of somebody who is none of our users waits until a permitted person adopts it, and thereby asks'),
  ),
  guard(
    'activities/deletion/open.ts: insertOrJoin',
    'a request that nobody of ours asked for waits to be adopted',
    "state: isKnown ? 'pending' : 'needs_requester',",
    "state: 'pending',",
    merged('a request of somebody who is none of our users waits until a permitted person adopts it, and thereby asks'),
  ),
  guard(
    'activities/deletion/open.ts: askersOf',
    'whoever deleted it in the branch is a requester',
    'if (deleter === null) return [first];',
    'return [first];',
    merged('whoever deleted it in the branch is a requester, too, and approves it no more than whoever merged'),
  ),
  guard(
    'activities/intent/plan.ts: described',
    'a branch must say that it means to destroy',
    'applyDestroyConfirmed: applyDestroyConfirmed ?? null,',
    'applyDestroyConfirmed: true,',
    merged('a delete in a branch that does not say that it means to destroy makes no request'),
  ),
  // Who decides
  guard(
    'api/deletion/rules.ts: mayPerson',
    'the right to decide, where it is asked first',
    "mayAuthorize: caller.permissions('authorize_deletion_request', request.endpointId)",
    'mayAuthorize: true',
    lastMoment('somebody without the right to decide neither approves nor rejects'),
  ),
  guard(
    'api/deletion/decide.ts: decide',
    'who may not decide gets no code',
    "if (!may.allowed) throw new Problem(may.code === 'own_request'",
    "if (!may.allowed && may.code === '') throw new Problem(may.code === 'own_request'",
    lastMoment('somebody without the right to decide neither approves nor rejects'),
  ),
  guard(
    'api/auth/identity.ts: tokenIdentity',
    'a token that somebody else made proves no person',
    "kind: own ? 'user' : 'service'",
    "kind: own ? 'user' : 'user'",
    alone('a token that somebody else made proves no person: nothing is decided with it'),
  ),
  guard(
    'api/deletion/rules.ts: personOf',
    'only somebody who proved to be a person decides',
    "(kind === 'user' ? userId : null)",
    '(kind === undefined ? null : userId)',
    alone('a token that somebody else made proves no person: nothing is decided with it'),
  ),
  guard(
    'api/deletion/decide.ts: decide',
    'with intent switched off nothing is approved',
    "if (verdict === 'approve') requireGate(",
    'if (verdict === undefined) requireGate(',
    seen,
  ),
  guard(
    'api/deletion/decide.ts: requireTarget, where it is decided',
    'VMID, node and kind that are said are those of the request',
    '    requireTarget(request, body);\n',
    '',
    seen,
  ),
  guard(
    'api/deletion/routes.ts: requireTarget, where it is carried out',
    'VMID, node and kind that are said are those of the request',
    'requireTarget(await deletionOf(dependencies, id), bodyOf(req, executeSchema));',
    'bodyOf(req, executeSchema);',
    seen,
  ),
  guard(
    'api/deletion/decide.ts: requireSeen',
    'the digest that was seen',
    'if (body.digest !== request.digest)',
    'if (body.digest === undefined)',
    seen,
  ),
  guard(
    'api/deletion/decide.ts: requireSeen',
    'the name that was typed',
    'if (typedRight(body.name, { name: request.name',
    "if (body.name !== '' || typedRight(body.name, { name: request.name",
    seen,
  ),
  guard('api/deletion/decide.ts: decide', 'the version that was read', 'requireMatch(ifMatch, locked.version);', '', seen),
  guard(
    'api/deletion/decide.ts: requireState',
    'there is no code for a request that has ended',
    '      requireState(locked, verdict);\n',
    '',
    alone('is not given for a request that has ended'),
  ),
  guard(
    'api/deletion/decide.ts: requireApproved',
    'nothing is carried out that was not approved',
    'if (!answer.accepted) throw new Problem(answer.status === 412 ?',
    'if (!answer.accepted && answer.status !== 412) throw new Problem(answer.status === 412 ?',
    seen,
  ),
  guard(
    'api/deletion/decide.ts: decide',
    'what somebody decides is in the audit log before',
    'return audit.effect({ ...effect, detail: { vmid: request.vmid, ...body } }, work);',
    'return work();',
    lastMoment('the destroy stands in the audit log before it is sent, and what came of it after'),
  ),
  // When a code comes back
  guard(
    'activities/deletion/record-decision.ts: eventOf',
    'four eyes, when a code comes back',
    'if (!may.allowed) return refuse(may.code, may.message);',
    '',
    decisions('a code that was given before its holder lost the right, or joined, is worth nothing'),
  ),
  guard(
    'activities/deletion/record-decision.ts: effect',
    'a code is good once',
    "if (decision.usedBy !== null) return refuse('code_used', 'This code was used before.');",
    '',
    once,
  ),
  guard(
    'activities/deletion/record-decision.ts: effect',
    'a code expires',
    'if (decision.expired) return',
    'if (decision.expired === undefined) return',
    once,
  ),
  guard(
    'database/repositories/deletion/decisions.ts: decisionByCode',
    'a code is for one verdict',
    'd.verdict = $2 for update',
    '$2::text is not null for update',
    decisions('an update or a signal without a code of ours changes nothing and leaves a row in the audit log'),
  ),
  guard(
    'activities/deletion/record-decision.ts: eventOf',
    'a code is for the round of approvals in which it was given',
    'if (decision.round !== request.round)',
    'if (decision.round === undefined)',
    alone('from before the approvals were started over is worth nothing'),
  ),
  guard(
    'activities/deletion/record-decision.ts: eventOf',
    'a code is for the digest that was seen, whoever wrote it',
    'if (request.digest === null || decision.digest !== request.digest)',
    'if (request.digest === null)',
    alone('for something else than the request is about now is worth nothing, whoever wrote it'),
  ),
  guard(
    'activities/deletion/record-decision.ts: effect',
    'what comes on the deadline comes too late',
    'if (isExpired(request.deadline.getTime(), now))',
    'if (isExpired(request.deadline.getTime(), 0))',
    of('workflows/deletion/time', 'an approval with %i milliseconds left: %s'),
  ),
  guard(
    'activities/deletion/record-decision.ts: recordDecision',
    'what was decided is in the audit log',
    '  await audit(deps, request, verdict, decision, recorded);\n',
    '',
    lastMoment('the destroy stands in the audit log before it is sent, and what came of it after'),
  ),
  guard(
    'activities/deletion/gate.ts: asApprovals',
    'whether approvers still may is asked again',
    'mayAuthorize: await mayAuthorize(store, userId, endpointId),',
    'mayAuthorize: true,',
    decisions('an approver who loses the right before it is carried out leaves it pending'),
  ),
];
