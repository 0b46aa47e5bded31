/**
 * The plan of one endpoint: what is desired, compared with what NetBox shows, under the policy. Pure; the same world gives the
 * same plan, and a world that NetBox already shows gives an empty one.
 */
import { AddressOwners, withReleases } from './address-moves';
import type { Change, Link, Links } from './change';
import { compareObject, type Compared } from './compare';
import type { Finding } from './findings';
import type { GuestMatch } from './guest-match';
import type { Desired, DesireContext, Kind, Match, Row } from './kind';
import type { ReflectionKindName } from './kind-names';
import { kindClosure, kindNamed, kindsInOrder } from './kinds';
import { nothingHeld, type HeldFields } from './held';
import { keepInterfaces } from './kept-interfaces';
import { noteAmbiguous, noteConflict } from './plan-findings';
import { candidatesAmong, linkedRow, matchOf } from './recognise';
import { goneParts } from './removals';
import { isEmpty, isRef, resolve, type Ref, type Value, type Values } from './values';

export interface PlanInput {
  context: DesireContext;
  match: GuestMatch;
  /** With all addresses of the interfaces that the plan deletes, so that none is deleted along with its interface unseen. */
  rows: Partial<Record<ReflectionKindName, Row[]>>;
  links: Links;
  supportIds: Map<string, number>;
  kinds?: ReflectionKindName[];
  /** What of guests is left alone for now. */
  held?: HeldFields;
}

export interface Plan {
  changes: Change[];
  findings: Finding[];
  /** Links whose object is gone from both sides. */
  forget: { kind: ReflectionKindName; key: string }[];
  /** Guests of which something is left as it is, because a change of it is open. */
  held: Set<string>;
}

/** Objects between two pauses. */
const stepSize = 1_000;

/**
 * Makes the plan in steps of some ten milliseconds. Ten thousand guests take seconds: between two steps the caller can do something
 * else, such as tell that it lives.
 */
export function* planInSteps(input: PlanInput): Generator<undefined, Plan> {
  const planner = new Planner(input);
  const wanted = kindClosure(input.kinds);
  for (const kind of kindsInOrder) if (wanted.has(kind.name)) yield* planner.plan(kind);
  return planner.result();
}

export function planEndpoint(input: PlanInput): Plan {
  const steps = planInSteps(input);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

class Planner {
  private readonly ids = new Map<string, number>();
  private readonly created = new Set<string>();
  private readonly changes: Change[] = [];
  private readonly findings: Finding[] = [];
  private readonly forget: Plan['forget'] = [];
  private readonly owners: AddressOwners;
  private readonly held = new Set<string>();

  constructor(private readonly input: PlanInput) {
    for (const [key, id] of input.supportIds) this.ids.set(`support:${key}`, id);
    this.owners = new AddressOwners(input.context.guests, this.rowsOf('interface'), reference => this.idOf(reference));
  }

  result(): Plan {
    const guests = new Map([...this.input.match.matched].map(([key, { row }]) => [row.id, key]));
    const rows = { vms: this.rowsOf('virtual-machine'), addresses: this.rowsOf('ip-address') };
    const ours = new Set([...this.linksOf('ip-address').values()].filter(link => link.createdByUs).map(link => link.netboxId));
    const kept = keepInterfaces(this.changes, rows.addresses, row => ours.has(row.id));
    const changes = withReleases(kept.changes, rows, id => guests.get(id));
    return { changes, findings: [...this.findings, ...kept.findings], forget: this.forget, held: this.held };
  }

  *plan(kind: Kind): Generator<undefined, void> {
    const desired = kind.desire(this.input.context);
    yield;
    if (kind.on) yield* this.planFields(kind, kind.on, desired);
    else yield* this.planObjects(kind, desired);
  }

  private *planObjects(kind: Kind, desired: Desired[]): Generator<undefined, void> {
    const rows = new Map(this.rowsOf(kind.name).map(row => [row.id, row]));
    const links = this.linksOf(kind.name);
    const linked = new Map<string, Row>();
    for (const object of desired) {
      const row = linkedRow(kind, object, links, rows, this.input.match, this.idOf);
      if (row) linked.set(object.key, row);
    }
    const taken = new Set([...linked.values()].map(row => row.id));
    const candidates = candidatesAmong(kind, [...rows.values()], taken, this.idOf, this.owners);
    const claims = new Map<string, string>();
    for (const [n, object] of desired.entries()) {
      if (n % stepSize === 0) yield;
      const row = linked.get(object.key);
      const match: Match = row ? { row } : (claimedBefore(object, claims) ?? matchOf(kind, object, candidates));
      if (object.claim && !isConflict(match)) claims.set(object.claim.text, object.claim.holder);
      if (match === undefined) this.create(kind, object);
      else if (match === 'ambiguous') this.findings.push(noteAmbiguous(kind, object));
      else if ('heldBy' in match) this.findings.push(noteConflict(kind, object, match.heldBy));
      else {
        taken.add(match.row.id);
        this.ids.set(`${kind.name}:${object.key}`, match.row.id);
        this.compare(kind, object, match.row, links.get(object.key));
      }
    }
    if (!kind.deletable) return;
    const gone = goneParts(kind, new Set(desired.map(object => object.key)), links, {
      guests: this.input.context.guests,
      rows,
      interfaceRows: new Map(this.rowsOf('interface').map(row => [row.id, row])),
      idOf: this.idOf,
      taken,
    });
    this.changes.push(...gone.changes.filter(({ guest }) => !this.isHeld(kind, guest)));
    this.forget.push(...gone.forget);
  }

  /** Fields of another kind's objects: only where the object exists or is made by this plan. */
  private *planFields(kind: Kind, on: ReflectionKindName, desired: Desired[]): Generator<undefined, void> {
    const rows = new Map(this.rowsOf(on).map(row => [row.id, row]));
    const links = this.linksOf(kind.name);
    for (const [n, object] of desired.entries()) {
      if (n % stepSize === 0) yield;
      const values = this.withoutConflicts(object.values);
      if (Object.keys(values).length === 0) continue;
      const id = this.ids.get(`${on}:${object.key}`);
      const row = id === undefined ? undefined : rows.get(id);
      if (row || this.created.has(`${on}:${object.key}`)) this.compare(kind, { ...object, values }, row, links.get(object.key));
    }
  }

  /** An address that another object holds cannot become primary. */
  private withoutConflicts(values: Values): Values {
    const willExist = (reference: Ref): boolean =>
      this.idOf(reference) !== undefined || this.created.has(`${reference.ref}:${reference.key}`);
    return Object.fromEntries(Object.entries(values).filter(([, value]) => !isRef(value) || willExist(value)));
  }

  /** Whether nothing is made or deleted; notes that it would have been. */
  private isHeld(kind: Kind, guest: string | undefined): boolean {
    if (!(this.input.held ?? nothingHeld).holds(guest, kind.name)) return false;
    if (guest !== undefined) this.held.add(guest);
    return true;
  }

  private create(kind: Kind, object: Desired): void {
    if (this.isHeld(kind, object.guest)) return;
    const values = this.known({ ...object.values, ...object.atCreation });
    this.created.add(`${kind.name}:${object.key}`);
    this.changes.push({
      ...named(kind, object),
      action: 'create',
      netboxId: null,
      before: {},
      after: Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value))),
      reflect: this.known(object.values),
    });
  }

  /** @param row undefined for an object that this plan makes. */
  private compare(kind: Kind, object: Desired, row: Row | undefined, link: Link | undefined): void {
    const linked = link !== undefined && link.netboxId === row?.id;
    const known = linked ? link.values : {};
    const result: Compared = compareObject(
      kind,
      { ...object, values: this.known(object.values) },
      row ? kind.values(row) : {},
      known,
      this.input.context.policy,
      this.input.held,
    );
    if (result.held && object.guest !== undefined) this.held.add(object.guest);
    this.findings.push(...result.findings);
    const differs = Object.keys(result.after).length > 0;
    if (!differs && linked && !result.learned) return;
    this.changes.push({
      ...named(kind, object),
      action: differs ? 'update' : 'link',
      netboxId: row?.id ?? null,
      before: result.before,
      after: result.after,
      reflect: result.reflect,
    });
    if (row && kind.leftovers) this.clear(object, kind.leftovers(row, result.after, known));
  }

  private clear(object: Desired, leftovers: ReturnType<NonNullable<Kind['leftovers']>>): void {
    for (const { kind, id, label } of leftovers) {
      this.changes.push({
        ...named(kindNamed(kind), object),
        key: `${object.key}/former`,
        label: `${object.label} ${label}`,
        action: 'delete',
        netboxId: id,
        before: {},
        after: {},
        reflect: {},
        why: 'replaced by another',
      });
    }
  }

  private rowsOf(kind: ReflectionKindName): Row[] {
    return this.input.rows[kind] ?? [];
  }

  /** Without those of guests whose VMID now belongs to another guest. */
  private linksOf(kind: ReflectionKindName): Map<string, Link> {
    const links = this.input.links.get(kind) ?? new Map<string, Link>();
    const { recreated } = this.input.match;
    if (recreated.size === 0) return links;
    const formerGuests = new Set<string>(recreated);
    return new Map([...links].filter(([key]) => !formerGuests.has(guestOf(key))));
  }

  private readonly idOf = (reference: Ref): number | undefined => this.ids.get(`${reference.ref}:${reference.key}`);

  private known(values: Values): Values {
    return Object.fromEntries(
      Object.entries(values).map(([field, value]): [string, Value] => [field, resolve(value, this.idOf)]),
    );
  }
}

const isConflict = (match: Match): boolean => typeof match === 'object' && 'heldBy' in match;

/** Two guests with one address: who came first in the plan has it. */
function claimedBefore({ claim }: Desired, claims: Map<string, string>): Match {
  const holder = claim && claims.get(claim.text);
  return holder === undefined ? undefined : { heldBy: holder };
}

const guestOf = (key: string): string => key.split('/').slice(0, 2).join('/');

const named = (kind: Kind, { key, label, guest }: Desired) => ({ kind: kind.name, key, label, ...(guest && { guest }) });
