/** What a run noticed, in the operator's words, beside what the planner itself says. */
import type { Links } from '../../domain/reflection/change';
import type { Finding } from '../../domain/reflection/findings';
import type { GuestMatch } from '../../domain/reflection/guest-match';
import { guestKey, presentIn, type Inventory } from '../../domain/reflection/inventory';

export function deletedFindings(match: GuestMatch, deletedBy: Map<string, string>): Finding[] {
  return match.missing.map(({ key, netboxId }) => ({
    code: 'deleted-in-netbox',
    severity: 'warning',
    kind: 'virtual-machine',
    key,
    label: key,
    message: `NetBox VM ${netboxId}, which showed ${key}, was deleted in NetBox by ${deletedBy.get(key) ?? 'somebody'}. The guest still exists, so it is created again.`,
  }));
}

export function remarks(inventory: Inventory): Finding[] {
  const unreadable = inventory.unreadable.map((guest): Finding => ({
    code: 'guest-unreadable',
    severity: 'warning',
    kind: 'virtual-machine',
    key: guestKey(guest),
    label: `${guest.name ?? ''} (${guestKey(guest)})`.trim(),
    message: guest.message,
    detail: { reason: guest.reason, node: guest.node },
  }));
  const notes = inventory.guests.flatMap(guest =>
    guest.remarks.map((remark): Finding => ({
      code: 'guest-remark',
      severity: 'info',
      kind: 'virtual-machine',
      key: guestKey(guest),
      label: `${guest.name} (${guestKey(guest)})`,
      message: `${guest.name}: ${remark}`,
    })),
  );
  const incomplete = inventory.cluster.incompleteBecause.map((reason): Finding => ({
    code: 'list-incomplete',
    severity: 'warning',
    label: inventory.cluster.name,
    message: reason,
  }));
  return [...incomplete, ...unreadable, ...notes];
}

/** What the run could not see, in a few sentences for its result; the findings have it guest by guest. */
export function blindSpots({ cluster, unreadable }: Inventory): string[] {
  const down = unreadable.filter(({ reason }) => reason === 'node-offline');
  const nodes = [...new Set(down.map(({ node }) => node))].sort().join(', ');
  const rest = unreadable.length - down.length;
  return [
    ...cluster.incompleteBecause,
    ...cluster.remarks,
    ...(down.length > 0
      ? [`${nodes} does not answer: its ${down.length} guests could not be read, and NetBox keeps what it has of them.`]
      : []),
    ...(rest > 0 ? [`${rest} guests could not be read; the findings say why for each.`] : []),
  ];
}

export function goneFindings(inventory: Inventory, links: Links): Finding[] {
  const present = new Set<string>(presentIn(inventory));
  return [...(links.get('virtual-machine') ?? [])]
    .filter(([key]) => !present.has(key))
    .map(([key, link]) => ({ key, link, name: String(link.values['name'] ?? key) }))
    .map(({ key, link, name }) => ({
      code: 'gone-from-proxmox',
      severity: 'info',
      kind: 'virtual-machine',
      key,
      label: name,
      message: `${name} is no longer in Proxmox. Its NetBox VM ${link.netboxId} is kept as it is.`,
    }));
}
