/** What a guest's deletion requests should do, as small as it can be said. The product is compared with it after every step. */
export const people = ['ann', 'bob', 'eve'] as const;
export type Person = (typeof people)[number];
export type Verdict = 'approve' | 'reject' | 'cancel';
type Right = 'ask' | 'decide';

export type Step =
  | { do: 'ask'; by: Person }
  /** Deletes it in a branch of NetBox, which is merged by this person's NetBox user, or by one that nobody of ours has. That user is unlinked right after. */
  | { do: 'merge'; by: Person | 'nobody' }
  | { do: Verdict; by: Person }
  /** Gets a code for a decision, and keeps it. */
  | { do: 'get-code'; by: Person; verdict: Verdict }
  /** Sends one of the codes that somebody got, maybe for the second time, maybe much too late. */
  | { do: 'send-code'; which: number; as: 'update' | 'signal' }
  | { do: 'forge'; verdict: Verdict; as: 'update' | 'signal' }
  /** The codes that were given out are ten minutes old. */
  | { do: 'outlast-codes' }
  | { do: 'expire' }
  | { do: 'revoke' | 'grant'; of: Person; right: Right }
  | { do: 'disable' | 'enable'; of: Person }
  | { do: 'switch-off' | 'switch-on' | 'freeze' | 'unfreeze' | 'forbid-writes' | 'allow-writes' }
  | { do: 'start' | 'stop' | 'move' | 'snapshot' | 'recreate' | 'vanish' | 'untag' | 'tag' }
  | { do: 'configure'; memory: number }
  | { do: 'look' | 'terminate' | 'destroy-by-hand' }
  /** Takes the workflow back to one of its tasks. */
  | { do: 'reset'; which: number };

export type ModelState =
  | 'needs_requester'
  | 'pending'
  | 'approved'
  | 'held'
  | 'blocked'
  | 'destroyed'
  | 'rejected'
  | 'cancelled'
  | 'expired'
  | 'void'
  | 'failed';

const ended: readonly ModelState[] = ['destroyed', 'rejected', 'cancelled', 'expired', 'void', 'failed'];

export interface ModelRequest {
  state: ModelState;
  requesters: Set<Person>;
  round: number;
  approver: Person | null;
  /** The guest as it was asked for. */
  identity: number;
  memory: number;
}

interface ModelCode {
  request: number;
  by: Person;
  verdict: Verdict;
  round: number;
  spent: boolean;
}

interface ModelGuest {
  identity: number;
  memory: number;
  running: boolean;
  tagged: boolean;
  /** Our tag stayed when a request ended: it is taken off some time after that is permitted again. */
  left: boolean;
}

const newGuest = (identity: number, tagged: boolean): ModelGuest => ({
  identity,
  memory: 1024,
  running: false,
  tagged,
  left: false,
});

/** Steps that are nonsense without a guest. */
const ofGuest: readonly Step['do'][] = ['start', 'stop', 'move', 'snapshot', 'configure', 'vanish', 'untag', 'tag'];
/** Steps that are about a request that was made once. */
const ofRequest: readonly Step['do'][] = ['approve', 'reject', 'cancel', 'get-code', 'forge', 'look', 'reset', 'destroy-by-hand'];

export class DeletionModel {
  readonly requests: ModelRequest[] = [];
  readonly codes: ModelCode[] = [];
  destroyed = 0;
  private readonly rights = new Map(people.map(each => [each, { ask: true, decide: true, enabled: true }]));
  isOn = true;
  private writes = true;
  private frozen = false;
  private guest: ModelGuest | null = newGuest(0, false);
  private identities = 0;

  get latest(): ModelRequest | undefined {
    return this.requests.at(-1);
  }

  get hasOpen(): boolean {
    return this.latest !== undefined && !ended.includes(this.latest.state);
  }

  get exists(): boolean {
    return this.guest !== null;
  }

  /** Undefined: it may be there, or not. */
  get isTagged(): boolean | undefined {
    return this.guest === null || this.guest.left ? undefined : this.guest.tagged;
  }

  private get isOpen(): boolean {
    return this.isOn && this.writes;
  }

  /** Whether a step makes sense at all. */
  takes(step: Step): boolean {
    if (ofGuest.includes(step.do)) return this.exists;
    if (ofRequest.includes(step.do)) return this.latest !== undefined;
    if (step.do === 'send-code' || step.do === 'outlast-codes') return this.codes.length > 0;
    return step.do === 'expire' || step.do === 'terminate' ? this.hasOpen : true;
  }

  /** @returns whether the product should say yes; undefined where it is not asked. */
  take(step: Step): boolean | undefined {
    const wasOpen = this.hasOpen;
    const answer = this.effect(step);
    this.carryOut();
    if (wasOpen && !this.hasOpen) this.cleanUp();
    return answer;
  }

  private effect(step: Step): boolean | undefined {
    switch (step.do) {
      case 'ask':
        return this.ask(step.by);
      case 'merge':
        return this.open(step.by === 'nobody' ? [] : [step.by]);
      case 'approve':
      case 'reject':
      case 'cancel':
        return this.mayDecideNow(step.by, step.do) && this.decide(step.by, step.do);
      case 'get-code': {
        const { by, verdict } = step;
        const may = this.mayDecideNow(by, verdict);
        if (may) this.codes.push({ request: this.requests.length, by, verdict, round: this.latest?.round ?? 0, spent: false });
        return may;
      }
      case 'send-code':
        return this.sendCode(step.which);
      case 'forge':
        return false;
      case 'outlast-codes':
        for (const code of this.codes) code.spent = true;
        return undefined;
      case 'expire':
        if (this.latest) this.latest.state = 'expired';
        return undefined;
      default:
        this.changeWorld(step);
        return undefined;
    }
  }

  private holds(person: Person, right: Right): boolean {
    const { enabled = false, [right]: given = false } = this.rights.get(person) ?? {};
    return enabled && given;
  }

  private ask(by: Person): boolean {
    if (!this.holds(by, 'ask') || !this.isOpen) return false;
    if (!this.latest || !this.hasOpen) return this.open([by]);
    this.latest.requesters.add(by);
    if (this.latest.state === 'needs_requester') this.latest.state = 'pending';
    return true;
  }

  private open(requesters: Person[]): true {
    const { identity, memory } = this.guest ?? { identity: -1, memory: 0 };
    const state = this.guest === null ? 'failed' : requesters.length === 0 ? 'needs_requester' : 'pending';
    this.requests.push({ state, requesters: new Set(requesters), round: 1, approver: null, identity, memory });
    if (this.guest) Object.assign(this.guest, { tagged: true, left: false });
    return true;
  }

  /** Four eyes, and the state. */
  private mayDecide(by: Person, verdict: Verdict): boolean {
    const request = this.latest;
    if (!request || !this.hasOpen) return false;
    if (verdict === 'cancel') return request.requesters.has(by);
    if (request.requesters.size === 0) return false;
    if (request.requesters.has(by) || !this.holds(by, 'decide')) return false;
    return verdict === 'reject' || request.state === 'pending';
  }

  /** Who asks the product must be signed in, and finds it closed while it changes nothing. */
  private mayDecideNow(by: Person, verdict: Verdict): boolean {
    const isLetIn = this.rights.get(by)?.enabled === true && (verdict !== 'approve' || this.isOpen);
    return isLetIn && this.mayDecide(by, verdict);
  }

  private decide(by: Person, verdict: Verdict): true {
    const states = { approve: 'approved', reject: 'rejected', cancel: 'cancelled' } as const;
    if (this.latest) {
      this.latest.state = states[verdict];
      if (verdict === 'approve') this.latest.approver = by;
    }
    return true;
  }

  private sendCode(which: number): boolean {
    const code = this.codes[which % this.codes.length];
    if (!code || code.spent || code.request !== this.requests.length || !this.mayDecide(code.by, code.verdict)) return false;
    if (code.verdict === 'approve' && code.round !== this.latest?.round) return false;
    code.spent = true;
    return this.decide(code.by, code.verdict);
  }

  private changeWorld(step: Step): void {
    const { guest } = this;
    if (step.do === 'revoke' || step.do === 'grant') this.rights.get(step.of)![step.right] = step.do === 'grant';
    else if (step.do === 'disable' || step.do === 'enable') this.rights.get(step.of)!.enabled = step.do === 'enable';
    else if (step.do === 'switch-off' || step.do === 'switch-on') this.isOn = step.do === 'switch-on';
    else if (step.do === 'freeze' || step.do === 'unfreeze') this.frozen = step.do === 'freeze';
    else if (step.do === 'forbid-writes' || step.do === 'allow-writes') this.writes = step.do === 'allow-writes';
    else if (step.do === 'recreate') this.guest = newGuest(++this.identities, true);
    else if (step.do === 'vanish') this.guest = null;
    else if (guest === null) return;
    else if (step.do === 'start' || step.do === 'stop') guest.running = step.do === 'start';
    else if (step.do === 'tag' || step.do === 'untag') guest.tagged = step.do === 'tag';
    else if (step.do === 'configure') guest.memory = step.memory;
  }

  /** The last recheck, in its order. */
  private carryOut(): void {
    const request = this.latest;
    if (!request || !['approved', 'held', 'blocked'].includes(request.state)) return;
    const { guest } = this;
    const askedRightly = [...request.requesters].some(each => this.holds(each, 'ask'));
    if (!this.isOpen || !askedRightly || this.frozen) request.state = 'held';
    else if (guest === null || guest.identity !== request.identity || guest.memory !== request.memory) request.state = 'void';
    else if (request.approver === null || request.requesters.has(request.approver) || !this.holds(request.approver, 'decide')) {
      request.state = 'pending';
      request.approver = null;
      request.round += 1;
    } else if (guest.running || !guest.tagged) request.state = 'blocked';
    else {
      request.state = 'destroyed';
      this.guest = null;
      this.destroyed += 1;
    }
  }

  /** Our tag is taken off, if the guest is still the one that was asked for. */
  private cleanUp(): void {
    if (this.guest === null || this.guest.identity !== this.latest?.identity) return;
    if (this.isOpen) this.guest.tagged = false;
    else this.guest.left = true;
  }
}
