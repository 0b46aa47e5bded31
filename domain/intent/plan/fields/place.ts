import type { Changed, VmFields } from '../../changes/fields';
import { refuse, type Edit, type FieldDifference } from '../edit';
import type { LiveGuest } from '../live';
import type { VmRule } from '../vm-rule';

/** Where and what a guest is cannot be edited: another node or cluster is a migration, another VMID or kind another guest. */
const rule = <Name extends 'proxmox_node' | 'proxmox_vm_id' | 'proxmox_vm_type'>(
  field: Name,
  now: (live: LiveGuest) => VmFields[Name],
  refusal: (changed: Changed<VmFields>, live: LiveGuest) => Edit,
): VmRule => ({
  fields: [field],
  differences(values, live): readonly FieldDifference[] {
    const wanted = values[field];
    return wanted === undefined || wanted === null || wanted === now(live) ? [] : [{ field, from: now(live), to: wanted }];
  },
  edit: refusal,
});

export const nodeRule = rule(
  'proxmox_node',
  live => live.node,
  (_, live) =>
    refuse(
      'node_changed',
      'proxmox_node',
      `The guest is on ${live.node}. Another node is a migration: use the operation "migrate" and leave this field to reflection.`,
    ),
);

export const vmidRule = rule(
  'proxmox_vm_id',
  live => live.vmid,
  (_, live) =>
    refuse(
      'vmid_changed',
      'proxmox_vm_id',
      `The guest has VMID ${live.vmid}, which cannot be changed. Put it back, or make a new virtual machine.`,
    ),
);

export const kindRule = rule(
  'proxmox_vm_type',
  live => live.kind,
  (_, live) =>
    refuse(
      'kind_changed',
      'proxmox_vm_type',
      `The guest is of the kind ${live.kind}, which cannot be changed. Put it back, or make a new virtual machine.`,
    ),
);

/** A cluster or an endpoint that was changed to another one; the first one is no move. Both are ids, so the guest's configuration does not tell. */
export function refuseOtherCluster({ cluster, proxbox_endpoint: endpoint }: Changed<VmFields>): Edit {
  const moved = [cluster, endpoint].some(change => (change?.from ?? null) !== null);
  if (!moved) return {};
  return refuse(
    'cluster_changed',
    cluster ? 'cluster' : 'proxbox_endpoint',
    'A guest does not move to another cluster by a change in NetBox. Put it back, and migrate it with the tools of Proxmox.',
  );
}
