import { of, type Proof } from '../invariants';
import { guard, type TakenOut } from './guard';

const recheck = of('unit/domain/intent/recheck', '%s when it was %s');
const birth = of('unit/domain/intent/recheck', 'ends as %s');
const live = (test: string): Proof[] => of('workflows/intent/recheck', test);
const gate = (test: string): Proof[] => of('workflows/intent/gate', test);
const holds = (test: string): Proof[] => of('unit/domain/intent/holds', test);

/** Guards of what is made and changed at guests. */
export const changes: readonly TakenOut[] = [
  // Between a plan and its first write
  guard(
    'domain/intent/recheck.ts: recheckHere',
    'the guest is on the node that it was planned on',
    'if (live.node !== planned.node) {',
    "if (live.node === '') {",
    recheck,
  ),
  guard(
    'domain/intent/recheck.ts: recheckHere',
    'another guest under the VMID',
    "if (identity === 'other') {",
    'if (identity === undefined) {',
    recheck,
  ),
  guard(
    'domain/intent/recheck.ts: recheckHere',
    'a guest that cannot be proven to be the same',
    "if (identity !== 'same') {",
    'if (identity === undefined) {',
    recheck,
  ),
  guard('domain/intent/recheck.ts: recheckHere', 'a lock', 'if (lock !== null)', "if (lock === '')", recheck),
  guard(
    'domain/intent/recheck.ts: recheckHere',
    'a guest that has become a template',
    "if (template && planned.config['template'] !== '1') {",
    "if (template && planned.config['template'] === '1') {",
    recheck,
  ),
  guard(
    'domain/intent/recheck.ts: recheckHere',
    'the name that it was planned for',
    'if (liveName(live) !== planned.name) {',
    "if (liveName(live) === '') {",
    recheck,
  ),
  guard(
    'domain/intent/recheck.ts: recheckHere',
    'what needs a stopped guest',
    'if (plan.offlineKeys.length > 0 && isRunning(live)) {',
    'if (plan.offlineKeys.length > 99 && isRunning(live)) {',
    recheck,
  ),
  guard(
    'domain/intent/recheck.ts: recheckHere',
    'the configuration that it was planned for',
    'if (configDigest === null || configDigest !== planned.configDigest) {',
    'if (configDigest === null) {',
    recheck,
  ),
  // Before a guest is made
  guard(
    'domain/intent/recheck-birth.ts: recheckBirth',
    'a VMID that somebody else has, and whose guest cannot be read',
    "if (holder.is === 'unreadable') {",
    "if (holder.is === 'unreadable' && vmid === null) {",
    birth,
  ),
  guard(
    'domain/intent/recheck-birth.ts: recheckBirth',
    'only what has our mark is our own guest',
    'if (birthMark !== null && hasMark(holder.live, birthMark)) {',
    'if (birthMark !== null) {',
    birth,
  ),
  guard(
    'domain/intent/recheck-birth.ts: recheckBirth',
    'the node is online',
    'if (!nodeOnline)',
    'if (nodeOnline === undefined)',
    birth,
  ),
  guard(
    'domain/intent/recheck-birth.ts: recheckBirth',
    'the template is as it was',
    'if (template.plannedDigest !== template.nowDigest) {',
    'if (template.plannedDigest === undefined) {',
    birth,
  ),
  // Right before each write
  guard(
    'activities/intent/call.ts: sendNow',
    'the gate',
    '  if (!gate.allowed)\n    return refuse(work, gate.reasons',
    '  if (!gate.allowed && work.id.seq === 0)\n    return refuse(work, gate.reasons',
    live('the master switch that is switched off between two of our calls stops the second one'),
  ),
  guard(
    'activities/intent/gate.ts: requesterOf',
    'whether whoever asked may still, asked anew',
    'return { name: requestedBy, heldAtRequest: held, holdsNow };',
    'return { name: requestedBy, heldAtRequest: held, holdsNow: held };',
    gate('a permission that was taken away after the plan does not count any more'),
  ),
  guard(
    'activities/intent/call.ts: sendNow',
    'the digest of the configuration goes along',
    '{ ...params, ...digest }, { signal',
    '{ ...params }, { signal',
    live('a guest that is changed between our read and our write is saved by the digest'),
  ),
  guard(
    'activities/intent/recheck.ts: recheckFollowing',
    'nobody else has written between two of our calls',
    'if (left !== null && configDigest === left) return',
    'if (left !== null) return',
    live('somebody $what the guest between two of our calls: the second one is not sent'),
  ),
  guard(
    'api/intent/ask.ts: takePlan',
    'the digest of the plan that was read',
    'if (plan.digest !== digest)',
    'if (plan.digest === undefined)',
    live('a plan is applied once, and only by whoever has read it'),
  ),
  guard(
    'activities/intent/call.ts: move',
    'secrets in Proxmox’s words',
    'message: redactText(message) }) });',
    'message }) });',
    live('a secret in why Proxmox refused a write is kept nowhere'),
  ),
  // What reflection leaves alone
  guard(
    'domain/intent/holds.ts: heldFields',
    'only the guest whose change is open',
    "(byGuest.get(guest ?? '') ?? []).some",
    '[...byGuest.values()].flat().some',
    holds('of an update only its own fields of its own guest are held'),
  ),
  guard(
    'domain/intent/holds.ts: isHeld',
    'fields that the change wants',
    'return isBirth ? bornWith(field) : fieldsOf(change.vm).has(field);',
    'return isBirth && bornWith(field);',
    holds('of an update only its own fields of its own guest are held'),
  ),
];
