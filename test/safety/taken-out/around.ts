import { of, type Proof } from '../invariants';
import { guard, type TakenOut } from './guard';

const merged = (test: string): Proof[] => of('workflows/deletion/merged', test);
const nothing = of('safety/temporal-alone', '%s decides nothing');

const onceMore = of(
  'safety/temporal-alone',
  'the workflow of a request that ended, started by hand once more, touches neither what has its VMID now nor what was asked for since',
);

/** NetBox, and the workflow that waits. */
export const around: readonly TakenOut[] = [
  // What a merged delete took from NetBox
  guard(
    'activities/deletion/reserve.ts: reserveAddresses',
    'the addresses are reserved',
    '    for (const loss of lost) await reserve(deps, request, loss, known);\n',
    '',
    merged(
      'a merged delete becomes a request; the guest stays as it is, its addresses are reserved, and no sync brings the machine back',
    ),
  ),
  guard(
    'activities/deletion/reserve.ts: oursIn',
    'what somebody took into use stays theirs',
    "rows.filter(row => isOurs(row, request) && refIn(row['assigned_object_id']) === null)",
    'rows.filter(row => isOurs(row, request))',
    merged('an address of guest %i that somebody took into use meanwhile stays theirs when it is %s'),
  ),
  guard(
    'activities/deletion/restore.ts: restoreNetBox',
    'what was lost is brought back',
    'if (!isFinal(request.state) || !restoresNetBox(request.state) || request.closedAt !== null) return;',
    'return;',
    merged(
      'a merged delete becomes a request; the guest stays as it is, its addresses are reserved, and no sync brings the machine back',
    ),
  ),
  guard(
    'activities/deletion/restore.ts: findAddress',
    'no address is taken from somebody who uses it',
    "    const isFree = (row: NetBoxObject): boolean => refIn(row['assigned_object_id']) === null;",
    '    const isFree = (row: NetBoxObject): boolean => row.id > 0;',
    merged('an address of guest %i that somebody took into use meanwhile stays theirs when it is %s'),
  ),
  // The workflow
  guard(
    'workflows/deletion-request.ts: refuseEarly, as the validator of updates',
    'what is no code is refused before anything is written to the history',
    '{ validator: code => refuseEarly(code, latest) },',
    '{},',
    nothing,
  ),
  guard(
    'workflows/deletion-request.ts: follow',
    'a signal that is no code is not even asked about',
    "if (typeof code === 'string' && codeShape.test(code.trim())) await decide",
    'await decide',
    nothing,
  ),
  guard(
    'workflows/deletion-request.ts: follow',
    'a request expires',
    'if (Date.now() >= latest.deadline) {',
    'if (Date.now() >= latest.deadline + 1e12) {',
    of('workflows/deletion/ends', 'a request that nobody decides about expires, loses its tag, and takes no approval any more'),
  ),
  guard(
    'workflows/deletion-request.ts: carryOut',
    'the id of its workflow is the lock of the guest',
    'workflowId: workflowIds.guest(endpointId, vmid),',
    'workflowId: `destroy/${requestId}`,',
    of('safety/temporal-alone', 'a destroy waits for whatever else works on the guest'),
  ),
  guard(
    'workflows/reconcile.ts: reconcile',
    'a request whose workflow is gone is taken up',
    "    for (const request of await listLostDeletions()) await startDeletion(request, 'taken up again');",
    '    await listLostDeletions();',
    of('workflows/deletion/ends', 'a request whose workflow is gone is taken up by the reconciler, with the same deadline'),
  ),
  guard(
    'activities/deletion/unmark.ts: unmark',
    'of a request that was closed before nothing is taken off',
    'if (request.closedAt !== null || !isFinal(request.state)',
    'if (!isFinal(request.state)',
    onceMore,
  ),
  guard(
    'activities/deletion/finish.ts: tellNetBox',
    'of a request that was closed before NetBox is told nothing',
    "if (request.closedAt !== null || request.state !== 'destroyed') return;",
    "if (request.state !== 'destroyed') return;",
    onceMore,
  ),
];
