/**
 * Which NetBox VM shows which guest, and what each guest is called: decided before anything is compared.
 */
import type { Finding } from './findings';
import { compareEvidence, hasNoEvidence, isAnotherGuest, sharedEvidence, type Evidence } from './identity';
import { guestKey, type GuestKey, type Inventory, type ObservedGuest } from './inventory';
import { customFieldsIn, idIn, textIn, type PlannedGuest, type Row } from './kind';
import { macOf } from './kinds/interface';
import { giveNames, isNameOf } from './names';
import type { ReflectionPolicy } from './policy';
import { isEmpty, type Values } from './values';

export type GuestState = 'proven' | 'changed' | 'unproven';

/** What we remember of a guest. */
export interface GuestRecord {
  kind: ObservedGuest['kind'];
  vmid: number;
  /** As last observed. */
  evidence: Evidence;
  /** As it was when the guest was first seen, or when a person last confirmed it. */
  confirmedEvidence: Evidence;
  state: GuestState;
  sourceName: string;
  givenName: string;
}

/** A row of the Proxbox plugin's own link table, where it is installed. */
export interface OtherToolLink {
  netboxVmId: number;
  vmid: number;
  kind: ObservedGuest['kind'] | null;
  clusterName: string | null;
}

export interface GuestMatchInput {
  endpointId: string;
  clusterId: number | undefined;
  clusterName: string;
  inventory: Inventory;
  records: Map<GuestKey, GuestRecord>;
  /** Our link table's rows of VMs, by guest. */
  links: Map<string, { netboxId: number; values: Values }>;
  /** VM ids that our link table gives to other endpoints. */
  linkedElsewhere: Set<number>;
  /** Marks of evidence that live guests of other endpoints have. */
  marksElsewhere: Set<string>;
  vmRows: Row[];
  interfaceRows: Row[];
  otherTool: OtherToolLink[];
  policy: ReflectionPolicy;
  /** Custom fields of VMs that are ours: another tool's field of the same name and another type says nothing about a guest. */
  ownFields: Set<string>;
}

export type MatchRule = 'link' | 'custom-fields' | 'proxbox-plugin' | 'name-and-mac';

export interface GuestMatch {
  guests: PlannedGuest[];
  records: Map<GuestKey, GuestRecord>;
  /** The VM of each guest that has one, and how it was found. */
  matched: Map<GuestKey, { row: Row; rule: MatchRule }>;
  /** Guests that two or more VMs could stand for: never written. */
  ambiguous: Set<GuestKey>;
  /** Guests whose VMID now belongs to another guest: their links are forgotten, the old VM stays. */
  recreated: Set<GuestKey>;
  /** Linked VMs that NetBox no longer has. */
  missing: { key: GuestKey; netboxId: number }[];
  /** Linked VMs that now carry another guest's mark: NetBox was restored, or somebody edited the fields. */
  foreign: { key: GuestKey; netboxId: number; carries: string }[];
  findings: Finding[];
}

export function matchGuests(input: GuestMatchInput): GuestMatch {
  const result: GuestMatch = {
    guests: [],
    records: new Map(),
    matched: new Map(),
    ambiguous: new Set(),
    recreated: new Set(),
    missing: [],
    foreign: [],
    findings: [],
  };
  const observed = input.inventory.guests.filter(guest => keepTemplate(guest, input.policy, result));
  const states = identify(observed, input, result);
  findVms(observed, input, result);
  nameAll(observed, states, input, result);
  return result;
}

function keepTemplate(guest: ObservedGuest, policy: ReflectionPolicy, result: GuestMatch): boolean {
  if (!guest.template || policy.syncTemplates) return true;
  note(result, guest, 'template-skipped', 'info', 'is a template, and templates are not reflected by the settings.');
  return false;
}

// Identity ---------------------------------------------------------------------------------------------------------------

function identify(observed: ObservedGuest[], input: GuestMatchInput, result: GuestMatch): Map<GuestKey, GuestState> {
  const shared = sharedEvidence(
    [...observed.map(guest => ({ key: guestKey(guest), evidence: guest.evidence })), ...rememberedOthers(input)],
    input.marksElsewhere,
  );
  return new Map(observed.map(guest => [guestKey(guest), stateOf(guest, shared, input, result)]));
}

/** Guests that the run is not about, as they were seen last: a copy is not proven because its twin was not looked at. */
const rememberedOthers = ({ inventory, records }: GuestMatchInput): { key: GuestKey; evidence: Evidence }[] =>
  (inventory.others ?? []).flatMap(key => {
    const record = records.get(key);
    return record ? [{ key, evidence: record.evidence }] : [];
  });

function stateOf(guest: ObservedGuest, shared: Set<GuestKey>, input: GuestMatchInput, result: GuestMatch): GuestState {
  const key = guestKey(guest);
  const record = input.records.get(key);
  if (record && isAnotherGuest(record.evidence, guest.evidence, record.sourceName !== guest.name)) {
    result.recreated.add(key);
    note(
      result,
      guest,
      'recreated',
      'warning',
      `is another guest than the one that had VMID ${guest.vmid} before (${record.sourceName}). The old guest's NetBox VM is kept as it is.`,
    );
  }
  if (shared.has(key)) {
    note(
      result,
      guest,
      'evidence-shared',
      'warning',
      'has the same evidence of identity as another live guest (a restored or copied guest). Both are reflected by VMID and name; nothing is written to them in Proxmox until a person confirms which is which.',
    );
    return 'unproven';
  }
  if (hasNoEvidence(guest.evidence)) {
    if (!record) note(result, guest, 'unproven', 'info', 'has no evidence of identity. It is reflected by VMID and name.');
    return 'unproven';
  }
  if (!record || result.recreated.has(key)) return 'proven';
  if (compareEvidence(record.confirmedEvidence, guest.evidence) === 'same') return 'proven';
  note(
    result,
    guest,
    'evidence-changed',
    'warning',
    'kept some of its evidence of identity and lost some (a rollback, a restore over it, or a moved volume). Reflection follows it; writes to it in Proxmox wait for a person.',
  );
  return 'changed';
}

// NetBox VMs ---------------------------------------------------------------------------------------------------------------

function findVms(observed: ObservedGuest[], input: GuestMatchInput, result: GuestMatch): void {
  const rows = new Map(input.vmRows.map(row => [row.id, row]));
  const claimed = new Set<number>(input.linkedElsewhere);
  for (const { netboxId } of input.links.values()) claimed.add(netboxId);

  const unlinked: ObservedGuest[] = [];
  for (const guest of observed) {
    const key = guestKey(guest);
    const link = result.recreated.has(key) ? undefined : input.links.get(key);
    const row = link && rows.get(link.netboxId);
    if (!link) unlinked.push(guest);
    else if (!row) {
      result.missing.push({ key, netboxId: link.netboxId });
      unlinked.push(guest);
    } else {
      const carries = otherMark(row, guest, input, link.values);
      if (carries) result.foreign.push({ key, netboxId: link.netboxId, carries });
      else result.matched.set(key, { row, rule: 'link' });
    }
  }
  const free = input.vmRows.filter(row => !claimed.has(row.id));
  const macs = macsByVm(input.interfaceRows);
  const found = new Map(unlinked.map(guest => [guestKey(guest), candidatesFor(guest, free, macs, input, result)]));
  settle(unlinked, found, result);
}

interface Found {
  rows: Row[];
  rule: MatchRule;
}

/** The first rule that finds anything decides; what two guests want, or one guest finds twice, is ambiguous. */
function candidatesFor(
  guest: ObservedGuest,
  free: Row[],
  macs: Map<number, Set<string>>,
  input: GuestMatchInput,
  result: GuestMatch,
): Found {
  const sharesMac = (row: Row): boolean => guest.nics.some(nic => nic.mac !== null && macs.get(row.id)?.has(nic.mac));
  // The VM of the guest that had this VMID before carries its VMID, too.
  const isFormer = (row: Row): boolean => result.recreated.has(guestKey(guest)) && !sharesMac(row);
  const byFields = free.filter(row => carriesMark(row, guest, input) && !isFormer(row));
  if (byFields.length) return { rows: byFields, rule: 'custom-fields' };
  const links = input.otherTool.filter(
    link =>
      link.vmid === guest.vmid &&
      (link.kind === null || link.kind === guest.kind) &&
      (link.clusterName === null || link.clusterName === input.clusterName),
  );
  const byPlugin = free.filter(row => links.some(link => link.netboxVmId === row.id));
  if (byPlugin.length) return { rows: byPlugin, rule: 'proxbox-plugin' };
  const byName = free.filter(
    row =>
      idIn(row['cluster']) === input.clusterId &&
      input.clusterId !== undefined &&
      textIn(row['name']).toLowerCase() === guest.name.toLowerCase() &&
      sharesMac(row),
  );
  return { rows: byName, rule: 'name-and-mac' };
}

function settle(unlinked: ObservedGuest[], found: Map<GuestKey, Found>, result: GuestMatch): void {
  const wantedBy = new Map<number, number>();
  for (const { rows } of found.values()) for (const row of rows) wantedBy.set(row.id, (wantedBy.get(row.id) ?? 0) + 1);
  for (const guest of unlinked) {
    const key = guestKey(guest);
    const { rows, rule } = found.get(key)!;
    const [row] = rows;
    if (!row) continue;
    if (rows.length === 1 && wantedBy.get(row.id) === 1) {
      result.matched.set(key, { row, rule });
      note(result, guest, 'matched', 'info', `is shown by NetBox VM ${textIn(row['name'])} (${row.id}), found by ${rule}.`);
      continue;
    }
    result.ambiguous.add(key);
    note(
      result,
      guest,
      'ambiguous',
      'warning',
      `could be NetBox VM ${rows.map(each => `${textIn(each['name'])} (${each.id})`).join(' or ')}. Nothing is written for it until only one of them carries its VMID, type and cluster.`,
    );
  }
}

/**
 * What a linked row carries, when that is not this guest: another guest's mark, or no mark where we wrote one and another name
 * (after a restore of NetBox, ids are given out again, also to VMs made by hand).
 */
function otherMark(row: Row, guest: ObservedGuest, input: GuestMatchInput, reflected: Values): string | undefined {
  const fields = customFieldsIn(row);
  const marks = { proxmox_vm_id: guest.vmid, proxmox_vm_type: guest.kind, proxbox_endpoint: input.endpointId };
  const shown = Object.entries(marks)
    .filter(([name]) => input.ownFields.has(name) && !isEmpty(reflected[`cf.${name}`]))
    .map(([name, ours]) => ({ value: fields[`cf.${name}`], ours }));
  const carries = `${textIn(row['name'])}: ${shown.map(({ value }) => String(value ?? '–')).join(' ')}`;
  if (shown.some(({ value, ours }) => !isEmpty(value) && String(value) !== String(ours))) return carries;
  const wasMarked = !isEmpty(reflected['cf.proxmox_vm_id']);
  const renamed = reflected['name'] !== undefined && textIn(row['name']) !== reflected['name'];
  return wasMarked && isEmpty(fields['cf.proxmox_vm_id']) && renamed ? carries : undefined;
}

function carriesMark(row: Row, guest: ObservedGuest, input: GuestMatchInput): boolean {
  if (input.clusterId === undefined || idIn(row['cluster']) !== input.clusterId) return false;
  const fields = customFieldsIn(row);
  const kind = fields['cf.proxmox_vm_type'];
  return (
    Number(fields['cf.proxmox_vm_id']) === guest.vmid &&
    (kind === null || kind === undefined || kind === '' || kind === guest.kind)
  );
}

function macsByVm(interfaceRows: Row[]): Map<number, Set<string>> {
  const macs = new Map<number, Set<string>>();
  for (const row of interfaceRows) {
    const vm = idIn(row['virtual_machine']);
    const mac = macOf(row);
    if (vm !== null && mac !== null) macs.set(vm, (macs.get(vm) ?? new Set()).add(mac));
  }
  return macs;
}

// Names ----------------------------------------------------------------------------------------------------------------------

function nameAll(observed: ObservedGuest[], states: Map<GuestKey, GuestState>, input: GuestMatchInput, result: GuestMatch): void {
  const named = observed.filter(guest => !result.ambiguous.has(guestKey(guest)));
  const ownRows = new Set([...result.matched.values()].map(({ row }) => row.id));
  const inCluster = input.vmRows.filter(row => input.clusterId !== undefined && idIn(row['cluster']) === input.clusterId);
  const taken = inCluster.filter(row => !ownRows.has(row.id)).map(row => textIn(row['name']));
  const names = giveNames(
    named.map(guest => {
      const before = beforeOf(guest, input, result);
      return { key: guestKey(guest), vmid: guest.vmid, source: guest.name, ...(before && { before }) };
    }),
    taken,
  );
  const byKey = new Map(named.map(guest => [guestKey(guest), guest]));
  for (const [key, given] of names) {
    const guest = byKey.get(key)!;
    const record = input.records.get(key);
    if (given.suffixed && given.name !== record?.givenName && !result.matched.has(key)) {
      note(
        result,
        guest,
        'name-suffixed',
        'info',
        `is called ${given.name} in NetBox: the cluster already has a VM with its name.`,
      );
    }
    result.guests.push({ ...guest, givenName: given.name });
    const fresh = !record || result.recreated.has(key);
    const state = states.get(key)!;
    result.records.set(key, {
      kind: guest.kind,
      vmid: guest.vmid,
      evidence: guest.evidence,
      confirmedEvidence: fresh || state === 'proven' ? guest.evidence : record.confirmedEvidence,
      state,
      sourceName: guest.name,
      givenName: given.name,
    });
  }
}

function beforeOf(guest: ObservedGuest, input: GuestMatchInput, result: GuestMatch) {
  const key = guestKey(guest);
  const row = result.matched.get(key)?.row;
  const record = result.recreated.has(key) ? undefined : input.records.get(key);
  if (record) return { source: record.sourceName, given: record.givenName, shown: row && textIn(row['name']) };
  // A name that a person chose is kept, but it is not the name that we gave.
  const shown = row && textIn(row['name']);
  return shown === undefined ? undefined : { source: guest.name, given: isNameOf(guest.name, shown) ? shown : guest.name, shown };
}

function note(
  result: GuestMatch,
  guest: ObservedGuest,
  code: Finding['code'],
  severity: Finding['severity'],
  text: string,
): void {
  result.findings.push({
    code,
    severity,
    kind: 'virtual-machine',
    key: guestKey(guest),
    label: `${guest.name} (${guestKey(guest)})`,
    message: `${guest.name} (${guest.kind} ${guest.vmid}) ${text}`,
  });
}
