import type { Json } from '../../json';
import type { GuestCreate } from '../changes/guest-change';
import { birthDescription, birthTags, commonEdits, pathOfNew, withStorage, type Birth } from './birth';
import { editCalls, sorted } from './calls';
import { cloneCall, cloneEdits } from './create-clone';
import { lxcEdits } from './create-lxc';
import { qemuEdits } from './create-qemu';
import { mergeEdits, refuse, type Edit, type FieldDifference, type Param } from './edit';
import type { GuestPlan, PlannedCall } from './guest-plan';
import type { LiveGuest } from './live';
import type { PlanOptions } from './options';
import { filesOf } from './update';

/** How a new guest comes to be: cloned where a template was found, else from an ISO, an archive or nothing. */
export function planCreate(change: GuestCreate, birth: Birth, given: PlanOptions): GuestPlan {
  const options = withStorage(change, given);
  const { template } = birth;
  const description = birthDescription(change, birth.mark, options);
  const common = mergeEdits([...commonEdits(change, options), bothSources(change)]);
  const edit = template
    ? mergeEdits([common, ...cloneEdits(change, { ...birth, template }, options)])
    : mergeEdits([common, ...(change.guest.kind === 'qemu' ? qemuEdits(change, birth, options) : lxcEdits(change, options))]);
  const refusals = [...edit.refusals, ...(description.refusals ?? [])];
  const calls =
    refusals.length > 0
      ? []
      : template
        ? clonedCalls(change, { ...birth, template }, edit, description, options)
        : newCalls(change, birth, edit, description, options);
  const custom = edit.set['cicustom'];
  return {
    op: 'create',
    guest: change.guest,
    vmid: birth.vmid,
    node: birth.node,
    fields: fieldsOf(change, birth),
    drift: [],
    remarks: edit.remarks,
    refusals,
    calls,
    files: refusals.length > 0 || typeof custom !== 'string' ? [] : filesOf(change.vm, custom),
    offlineKeys: [],
    links: edit.links,
    plannedFor: null,
    birthMark: birth.mark,
  };
}

function bothSources({ vm }: GuestCreate): Edit {
  const other = vm.proxmox_iso !== null ? 'proxmox_iso' : vm.proxmox_ostemplate !== null ? 'proxmox_ostemplate' : null;
  if (vm.proxmox_template_vmid === null || other === null) return {};
  const message = `A guest comes from a template, or from an ISO or archive. Empty one of proxmox_template_vmid and ${other}.`;
  return refuse('template_and_iso', other, message);
}

const textOf = (edit: Edit, key: string): string => {
  const value = edit.set?.[key];
  return typeof value === 'string' ? value : '';
};

function clonedCalls(
  change: GuestCreate,
  birth: Birth & { template: LiveGuest },
  edit: Required<Edit>,
  description: Edit,
  options: PlanOptions,
): PlannedCall[] {
  const clone = cloneCall(change, birth, textOf(description, 'description'), options);
  return [clone, ...editCalls({ node: birth.node, kind: birth.template.kind, vmid: birth.vmid }, edit)];
}

function newCalls(
  change: GuestCreate,
  birth: Birth,
  edit: Required<Edit>,
  description: Edit,
  options: PlanOptions,
): PlannedCall[] {
  const { kind } = change.guest;
  const params: Record<string, Param> = {
    ...edit.set,
    ...description.set,
    vmid: birth.vmid,
    [kind === 'qemu' ? 'name' : 'hostname']: change.vm.name,
    ...(options.pool !== null && { pool: options.pool }),
  };
  const create: PlannedCall = {
    step: 'create',
    method: 'POST',
    path: pathOfNew(birth.node, kind),
    params: sorted(params),
    withDigest: false,
    startsTask: true,
  };
  const tags = mergeEdits([birthTags(change, [], options)]);
  return [create, ...editCalls({ node: birth.node, kind, vmid: birth.vmid }, tags, 'tag')];
}

/** Everything that the guest is born with, for people to see. */
function fieldsOf({ vm, interfaces, disks }: GuestCreate, { vmid, node }: Birth): FieldDifference[] {
  const given = Object.entries({ ...vm, proxmox_vm_id: vmid, proxmox_node: node }).filter(
    ([field, value]) => !isNothing(value) && !internal.has(field),
  );
  return [
    ...given.map(([field, to]): FieldDifference => ({ field, from: null, to })),
    ...interfaces.map(({ fields }): FieldDifference => ({ field: `interfaces.${fields.name}`, from: null, to: { ...fields } })),
    ...disks.map(({ fields }): FieldDifference => ({ field: `disks.${fields.name}.size`, from: null, to: fields.size })),
  ];
}

/** Ids of NetBox's own, and a document that may hold secrets. */
const internal = new Set([
  'cluster',
  'device',
  'site',
  'role',
  'tenant',
  'platform',
  'virtual_machine_type',
  'primary_ip4',
  'primary_ip6',
  'disk',
  'cloud_init_user_data',
  'status',
]);

const isNothing = (value: Json): boolean => value === null || value === '' || (Array.isArray(value) && value.length === 0);
