import { of, type Proof } from '../invariants';
import { guard, type TakenOut } from './guard';

const lastMoment = (test: string): Proof[] => of('safety/last-moment', test);
const alone = (test: string): Proof[] => of('safety/alone', test);
const oneFact = lastMoment('a guest that $is is not destroyed: $state');

/** What is asked between the request and the permit to send. */
export const before: readonly TakenOut[] = [
  // When a request is opened
  guard(
    'activities/deletion/prepare.ts: prepare',
    'where Proxmox refuses our tag the request ends',
    'if (!(error instanceof ProxmoxError) || isPassing(error)) throw error;',
    'throw error;',
    alone('where the tag rules of the datacenter forbid our tag it is refused, and the guest stays as it is'),
  ),
  guard(
    'activities/deletion/marks.ts: changeConfig',
    'what no read shows was not written',
    "      throw new ProxmoxResponseError(call, 'the change was taken, and no read shows it');",
    '      if (call) return live;',
    alone('a tag that was taken, and that no read shows, is none'),
  ),
  guard(
    'activities/deletion/prepare.ts: mark',
    'a guest without evidence is none of ours',
    'if (hasNoEvidence(first.about.evidence)) {',
    'if (first.about.evidence === undefined) {',
    alone('a guest that nothing tells from another one is not deleted by us'),
  ),
  // Before anything is read
  guard(
    'activities/deletion/send.ts: sendDestroy',
    'what is not approved is not even looked at',
    'if (!approvedStates.includes(request.state)) return request.state;',
    "if (request.state === 'executing') return request.state;",
    of(
      'safety/temporal-alone',
      'workflows that are started by hand with the ids of what is really there, and not approved, destroy and write nothing',
    ),
  ),
  guard(
    'activities/deletion/send.ts: sendDestroy',
    'an approval grows stale',
    'if (isStale(countsFrom, hours * 3_600_000, now)) {',
    'if (isStale(now, hours * 3_600_000, now)) {',
    of('workflows/deletion/ends', 'an approval that could not be carried out for too long counts no more; the deadline stays'),
  ),
  guard(
    'activities/deletion/send.ts: sendDestroy',
    'with the master switch off nothing is read',
    "  if (!gate.allowed) return (await moveBy(deps, request, { type: 'switched-off' }, { reasons: gate.reasons, before: now })).state;\n",
    '',
    alone('with the master switch off nothing is even read'),
  ),
  // What is read right before, one fact at a time
  guard(
    'activities/deletion/facts.ts: readFacts',
    'whether HA manages the guest',
    'resources.some(resource => resource.sid === sid)',
    "resources.some(resource => resource.sid === sid + '?')",
    oneFact,
  ),
  guard(
    'activities/deletion/facts.ts: readFacts',
    'replication jobs',
    'guest === live.vmid',
    'guest === live.vmid + 1e6',
    oneFact,
  ),
  guard(
    'activities/deletion/others.ts: readElsewhere',
    'disks that other guests name',
    'if (text === volume) shared.push({ volume, vmid: guest.vmid });',
    'if (text === volume) continue;',
    oneFact,
  ),
  guard(
    'activities/deletion/others.ts: readElsewhere',
    'linked clones',
    'else if (text.startsWith(`${volume}/`)) clones.add(guest.vmid);',
    '',
    oneFact,
  ),
  guard(
    'activities/deletion/others.ts: readElsewhere',
    'others with the same identity',
    'if (other?.marks.some(mark => ownMarks.has(mark))) alike.add(guest.vmid);',
    '',
    oneFact,
  ),
  guard(
    'activities/deletion/others.ts: readOther',
    'what cannot be read is not "no"',
    'if (!(error instanceof ProxmoxError)) throw error;\n    signal.throwIfAborted();\n    return null;',
    'if (!(error instanceof ProxmoxError)) throw error;\n    signal.throwIfAborted();\n    return { volumes: [], marks: [] };',
    oneFact,
  ),
  guard(
    'activities/deletion/others.ts: stillThere',
    'a guest that is still listed is not gone',
    'return guests.some(row => row.vmid === guest.vmid) ? null : { volumes: [], marks: [] };',
    'return guests.length < 0 ? null : { volumes: [], marks: [] };',
    oneFact,
  ),
  guard(
    'activities/deletion/observe.ts: observe',
    'a container is not the VM that was asked for',
    'if (!seen || seen.row.kind !== request.kind) return null;',
    'if (!seen) return null;',
    oneFact,
  ),
  guard(
    'activities/deletion/observe.ts: clusterOf',
    'another cluster behind the same address',
    "return binding.outcome === 'same' ? name : `${name} (${binding.outcome})`;",
    'return name;',
    alone('a cluster that has taken the place of another one behind the same address, with the same name, is another'),
  ),
  guard(
    'activities/deletion/facts.ts: readFacts',
    'what was destroyed today counts',
    'store.countDestroyedToday(endpoint.id),',
    'Promise.resolve(0),',
    alone('those that were destroyed on the same day count for the ceiling'),
  ),
  guard(
    'activities/deletion/facts.ts: newestBackup',
    'without the rights to see a backup there is no saying that there is none',
    'visible: readAll && missing.length === 0,',
    'visible: readAll,',
    of(
      'workflows/deletion/backup',
      'no backup is seen, nobody can say that there is none, and the words name the rights that show one',
    ),
  ),
  guard(
    'activities/deletion/send.ts: recheck',
    'the freeze of the endpoint',
    "frozen: ofEndpoint.deletion_frozen.trim() === '' ? null : ofEndpoint.deletion_frozen,",
    'frozen: null,',
    oneFact,
  ),
  guard(
    'activities/deletion/send.ts: recheck',
    'the switches are asked again after the guest was read',
    '  const answer = recheckDestroy({\n    gate,',
    '  const answer = recheckDestroy({\n    gate: gate.allowed ? gate : { allowed: true },',
    alone('a master switch that is switched off while the guest is read still holds it'),
  ),
  guard(
    'domain/intent/gate.ts: endpointReasons',
    'the endpoint is enabled',
    'if (!endpoint.enabled) reasons.push',
    'if (endpoint.enabled === undefined) reasons.push',
    oneFact,
  ),
  guard(
    'domain/intent/gate.ts: changeReasons',
    'whoever asked must hold the right still',
    'if (requester.heldAtRequest && requester.holdsNow) return [];',
    'if (requester.heldAtRequest) return [];',
    oneFact,
  ),
];
