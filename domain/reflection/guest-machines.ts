import { note, type GuestMatch, type GuestMatchInput, type MatchRule } from './guest-match';
import { guestKey, type GuestKey, type ObservedGuest } from './inventory';
import { customFieldsIn, idIn, textIn, type Row } from './kind';
import { macOf } from './kinds/interface';
import { isEmpty, type Values } from './values';

/** Finds the NetBox VM that shows each guest: the one that is linked, or that a rule recognises. */
export function findVms(observed: ObservedGuest[], input: GuestMatchInput, result: GuestMatch): void {
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
