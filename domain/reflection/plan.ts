/**
 * The plan of one endpoint: what is desired, compared with what NetBox shows, under the policy. Pure; the same world gives the
 * same plan, and a world that NetBox already shows gives an empty one.
 */
import { hostOf } from './addresses';
import { decideField, type Decision, type FieldRule } from './decide';
import type { Finding } from './findings';
import type { GuestMatch } from './guests';
import { guestKey } from './inventory';
import type { Candidates, Desired, DesireContext, Kind, Match, Row } from './kind';
import type { ReflectionKindName } from './kind-names';
import { kindClosure, kindNamed, kindsInOrder } from './kinds';
import { isRef, resolve, sameValue, unresolved, type Ref, type Value, type Values } from './values';

/** One row of our link table. */
export interface Link {
  netboxId: number;
  values: Values;
  createdByUs: boolean;
}

export interface Change {
  kind: ReflectionKindName;
  key: string;
  label: string;
  guest?: string;
  /** `link` writes nothing to NetBox: an object was recognised, or its reflected values were learned. */
  action: 'create' | 'update' | 'delete' | 'link';
  netboxId: number | null;
  /** For an update, what NetBox shows in the fields that change. */
  before: Values;
  after: Values;
  /** The reflected values once the change is done. */
  reflect: Values;
  why?: string;
}

export interface PlanInput {
  context: DesireContext;
  match: GuestMatch;
  rows: Partial<Record<ReflectionKindName, Row[]>>;
  links: Map<ReflectionKindName, Map<string, Link>>;
  supportIds: Map<string, number>;
  kinds?: ReflectionKindName[];
}

export interface Plan {
  changes: Change[];
  findings: Finding[];
  /** Links whose object is gone from both sides. */
  forget: { kind: ReflectionKindName; key: string }[];
}

export function planEndpoint(input: PlanInput): Plan {
  const planner = new Planner(input);
  const wanted = kindClosure(input.kinds);
  for (const kind of kindsInOrder) if (wanted.has(kind.name)) planner.plan(kind);
  return planner.result();
}

class Planner {
  private readonly ids = new Map<string, number>();
  private readonly changes: Change[] = [];
  private readonly findings: Finding[] = [];
  private readonly forget: Plan['forget'] = [];
  private readonly allowWrites: boolean;

  constructor(private readonly input: PlanInput) {
    this.allowWrites = input.context.policy.allowWrites;
    for (const [key, id] of input.supportIds) this.ids.set(`support:${key}`, id);
  }

  result(): Plan {
    return { changes: [...this.releases(), ...this.changes], findings: this.findings, forget: this.forget };
  }

  plan(kind: Kind): void {
    const desired = kind.desire(this.input.context);
    if (kind.on) this.planFields(kind, kind.on, desired);
    else this.planObjects(kind, desired);
  }

  // Objects ----------------------------------------------------------------------------------------------------------------

  private planObjects(kind: Kind, desired: Desired[]): void {
    const rows = new Map((this.input.rows[kind.name] ?? []).map(row => [row.id, row]));
    const links = this.linksOf(kind.name);
    const taken = new Set<number>();
    const linked = new Map<string, Row>();
    for (const { key } of desired) {
      const row = this.linkedRow(kind, key, links, rows);
      if (!row) continue;
      linked.set(key, row);
      taken.add(row.id);
    }
    const candidates = this.candidates(kind, [...rows.values()], taken);
    for (const object of desired) {
      const row = linked.get(object.key);
      const match: Match = row ? { row } : this.matchOf(kind, object, candidates);
      if (match === undefined) this.create(kind, object);
      else if (match === 'ambiguous') this.noteAmbiguous(kind, object);
      else if ('heldBy' in match) this.noteConflict(kind, object, match.heldBy);
      else {
        taken.add(match.row.id);
        this.keep(kind, object, match.row, links.get(object.key));
      }
    }
    if (kind.deletable) this.remove(kind, new Set(desired.map(object => object.key)), links, rows);
  }

  /** VMs are matched before planning; everything else by its own link, as long as the row is still there. */
  private linkedRow(kind: Kind, key: string, links: Map<string, Link>, rows: Map<number, Row>): Row | undefined {
    if (kind.name === 'virtual-machine') return this.input.match.matched.get(key as never)?.row;
    const link = links.get(key);
    return link && rows.get(link.netboxId);
  }

  private matchOf(kind: Kind, object: Desired, candidates: Candidates): Match {
    if (kind.name === 'virtual-machine') return undefined;
    if (kind.match) return kind.match(object, candidates);
    const wanted = naturalText(kind.natural, field => resolve(object.values[field] ?? null, reference => this.idOf(reference)));
    if (wanted === undefined) return undefined;
    const found = candidates.byIndex(wanted).filter(row => kind.shared || !candidates.isTaken(row));
    return found.length > 1 && !kind.shared ? 'ambiguous' : found[0] && { row: found[0] };
  }

  private candidates(kind: Kind, rows: Row[], taken: Set<number>): Candidates {
    const index = new Map<string, Row[]>();
    for (const row of rows) {
      const values = kind.values(row);
      const text = kind.index ? kind.index(row) : naturalText(kind.natural, field => values[field] ?? null);
      if (text !== undefined) index.set(text, [...(index.get(text) ?? []), row]);
    }
    return {
      rows,
      isTaken: row => taken.has(row.id),
      idOf: reference => this.idOf(reference),
      byIndex: text => index.get(text) ?? [],
      released: (interfaceId, host) => this.released(interfaceId, host),
    };
  }

  private create(kind: Kind, object: Desired): void {
    this.changes.push({
      kind: kind.name,
      key: object.key,
      label: object.label,
      ...(object.guest && { guest: object.guest }),
      action: 'create',
      netboxId: null,
      before: {},
      after: this.known(withoutEmpty(object.values)),
      reflect: this.known(object.values),
    });
  }

  private keep(kind: Kind, object: Desired, row: Row, link: Link | undefined): void {
    this.ids.set(`${kind.name}:${object.key}`, row.id);
    this.compare(kind, object, row, link, link === undefined || link.netboxId !== row.id);
  }

  private compare(kind: Kind, object: Desired, row: Row, link: Link | undefined, newlyLinked: boolean): void {
    const current = kind.values(row);
    const known = newlyLinked ? {} : (link?.values ?? {});
    const reflect: Values = {};
    const before: Values = {};
    const after: Values = {};
    for (const [field, value] of Object.entries(this.known(object.values))) {
      const rule = ruleOf(kind, field);
      const sides = { desired: value, current: current[field], reflected: known[field] };
      const decision = decideField(rule, sides, this.input.context.policy);
      if (decision.kind === 'write') {
        before[field] = current[field] ?? null;
        after[field] = decision.value;
      }
      if (decision.kind === 'write' || decision.kind === 'equal') reflect[field] = value;
      else if (known[field] !== undefined) reflect[field] = known[field];
      this.noteKept(kind, object, field, decision, sides);
    }
    const differs = Object.keys(after).length > 0;
    const learned = newlyLinked || !sameValues(reflect, known);
    if (!differs && !learned) return;
    this.changes.push({
      kind: kind.name,
      key: object.key,
      label: object.label,
      ...(object.guest && { guest: object.guest }),
      action: differs ? 'update' : 'link',
      netboxId: row.id,
      before,
      after,
      reflect,
    });
  }

  // Fields of another kind's objects ---------------------------------------------------------------------------------------

  private planFields(kind: Kind, on: ReflectionKindName, desired: Desired[]): void {
    const rows = new Map((this.input.rows[on] ?? []).map(row => [row.id, row]));
    const links = this.linksOf(kind.name);
    const parents = new Set(
      kindNamed(on)
        .desire(this.input.context)
        .map(object => object.key),
    );
    for (const object of desired) {
      if (!parents.has(object.key) || this.input.match.ambiguous.has(object.key as never)) continue;
      const values = this.withoutConflicts(object.values);
      if (Object.keys(values).length === 0) continue;
      const parentId = this.ids.get(`${on}:${object.key}`);
      const row = (parentId === undefined ? undefined : rows.get(parentId)) ?? { id: 0 };
      const link = links.get(object.key);
      this.compare(kind, { ...object, values }, row, link, parentId === undefined || link?.netboxId !== parentId);
      this.attachToNewParent(row);
    }
  }

  /** An address that another object holds cannot become primary. */
  private withoutConflicts(values: Values): Values {
    const planned = (reference: Ref): boolean =>
      this.idOf(reference) !== undefined || this.createdKeys().has(`${reference.ref}:${reference.key}`);
    return Object.fromEntries(Object.entries(values).filter(([, value]) => !isRef(value) || planned(value)));
  }

  private attachToNewParent(row: Row): void {
    const last = this.changes.at(-1);
    if (row.id === 0 && last?.netboxId === 0) last.netboxId = null;
  }

  private created: { size: number; keys: Set<string> } = { size: -1, keys: new Set() };
  private createdKeys(): Set<string> {
    if (this.created.size !== this.changes.length) {
      const known = this.created.keys;
      for (let i = Math.max(this.created.size, 0); i < this.changes.length; i++) {
        const change = this.changes[i]!;
        if (change.action === 'create') known.add(`${change.kind}:${change.key}`);
      }
      this.created = { size: this.changes.length, keys: known };
    }
    return this.created.keys;
  }

  // Removal ------------------------------------------------------------------------------------------------------------------

  /** Only parts of a guest that was read completely, only what we made, and never a VM: absence of a guest is not deletion. */
  private remove(kind: Kind, wanted: Set<string>, links: Map<string, Link>, rows: Map<number, Row>): void {
    const complete = new Map(
      this.input.context.guests.map(guest => [guestKey(guest) as string, kind.deletable === 'config' || guest.addressesComplete]),
    );
    for (const [key, link] of links) {
      const guest = key.split('/').slice(0, 2).join('/');
      if (wanted.has(key) || !complete.get(guest)) continue;
      const row = rows.get(link.netboxId);
      if (!row) {
        this.forget.push({ kind: kind.name, key });
        continue;
      }
      if (!link.createdByUs || this.claimed(kind.name, row.id)) continue;
      this.changes.push({
        kind: kind.name,
        key,
        label: String(kind.values(row)['name'] ?? kind.values(row)['address'] ?? key),
        guest,
        action: 'delete',
        netboxId: row.id,
        before: kind.values(row),
        after: {},
        reflect: {},
        why: 'gone from the guest',
      });
    }
  }

  /** True when another desired object of the plan took the row over, e.g. an address that moved. */
  private claimed(kind: ReflectionKindName, id: number): boolean {
    return this.changes.some(change => change.kind === kind && change.netboxId === id && change.action !== 'delete');
  }

  // Addresses that move --------------------------------------------------------------------------------------------------------

  private ownersByInterface: Map<number, { complete: boolean; hosts: Set<string> }> | undefined;

  private released(interfaceId: number, host: string): boolean {
    this.ownersByInterface ??= this.interfaceOwners();
    const owner = this.ownersByInterface.get(interfaceId);
    return owner !== undefined && owner.complete && !owner.hosts.has(host);
  }

  private interfaceOwners(): Map<number, { complete: boolean; hosts: Set<string> }> {
    const owners = new Map<number, { complete: boolean; hosts: Set<string> }>();
    for (const guest of this.input.context.guests) {
      const hosts = new Set(guest.nics.flatMap(nic => nic.addresses.map(hostOf)));
      for (const nic of guest.nics) {
        const id = this.ids.get(`interface:${guestKey(guest)}/${nic.key}`);
        if (id !== undefined) owners.set(id, { complete: guest.addressesComplete, hosts });
      }
    }
    return owners;
  }

  /** NetBox refuses to move an address that is primary somewhere: its VM lets go of it first. */
  private releases(): Change[] {
    const moved = new Set(
      this.changes
        .filter(change => change.kind === 'ip-address' && change.action === 'update' && 'assigned_object_id' in change.after)
        .map(change => change.netboxId),
    );
    if (moved.size === 0) return [];
    const keys = new Map(
      [...this.ids].filter(([key]) => key.startsWith('virtual-machine:')).map(([key, id]) => [id, key.slice(16)]),
    );
    const primary = kindNamed('primary-ip');
    return (this.input.rows['virtual-machine'] ?? []).flatMap(row => {
      const current = primary.values(row);
      const held = Object.entries(current).filter(([, id]) => typeof id === 'number' && moved.has(id));
      if (held.length === 0) return [];
      const release: Change = {
        kind: 'primary-release',
        key: keys.get(row.id) ?? `vm/${row.id}`,
        label: String(row['name']),
        action: 'update',
        netboxId: row.id,
        before: Object.fromEntries(held),
        after: Object.fromEntries(held.map(([field]) => [field, null])),
        reflect: {},
        why: 'the address moves to another guest',
      };
      return [release];
    });
  }

  // Helpers ----------------------------------------------------------------------------------------------------------------------

  private linksOf(kind: ReflectionKindName): Map<string, Link> {
    const links = this.input.links.get(kind) ?? new Map<string, Link>();
    const { recreated } = this.input.match;
    if (recreated.size === 0) return links;
    return new Map([...links].filter(([key]) => !recreated.has(key.split('/').slice(0, 2).join('/') as never)));
  }

  private idOf(reference: Ref): number | undefined {
    return this.ids.get(`${reference.ref}:${reference.key}`);
  }

  private known(values: Values): Values {
    return Object.fromEntries(
      Object.entries(values).map(([field, value]) => [field, resolve(value, reference => this.idOf(reference))]),
    );
  }

  private noteAmbiguous(kind: Kind, object: Desired): void {
    this.findings.push({
      code: 'ambiguous',
      severity: 'warning',
      kind: kind.name,
      key: object.key,
      label: object.label,
      message: `More than one NetBox ${kind.name} could be ${object.label}. Nothing is written for it; remove or rename the others.`,
    });
  }

  private noteConflict(kind: Kind, object: Desired, holder: string): void {
    this.findings.push({
      code: 'ip-conflict',
      severity: 'warning',
      kind: kind.name,
      key: object.key,
      label: object.label,
      message: `${object.label} is held by ${holder}. It is not taken from there; free it in NetBox, or give the endpoint its own VRF.`,
      detail: { holder },
    });
  }

  private noteKept(
    kind: Kind,
    object: Desired,
    field: string,
    decision: Decision,
    sides: { desired: Value; current: Value | undefined },
  ): void {
    const drift = decision.kind === 'drift';
    const edited = decision.kind === 'keep' && decision.because === 'edited';
    if (!drift && !edited) return;
    this.findings.push({
      code: drift ? 'drift' : 'edit-kept',
      severity: 'info',
      kind: kind.name,
      key: object.key,
      label: object.label,
      message: drift
        ? `${object.label}: ${field} was changed in NetBox and is wanted there; Proxmox has another value. Reflection leaves it.`
        : `${object.label}: ${field} was set in NetBox by a person and is kept.`,
      detail: { field, netbox: sides.current ?? null, proxmox: sides.desired },
    });
  }
}

const ruleOf = (kind: Kind, field: string): FieldRule => (field.startsWith('cf.') ? kind.rules['cf'] : kind.rules[field]) ?? {};

function withoutEmpty(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== ''));
}

/** The natural fields as one text, in lower case; undefined when a parent does not exist yet. */
function naturalText(natural: string[], valueOf: (field: string) => Value): string | undefined {
  const parts = natural.map(valueOf);
  if (parts.some(part => unresolved(part) !== undefined)) return undefined;
  return parts.map(part => String(part ?? '').toLowerCase()).join('|');
}

function sameValues(a: Values, b: Values): boolean {
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...fields].every(field => sameValue(a[field], b[field]));
}
