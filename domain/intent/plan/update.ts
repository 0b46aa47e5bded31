import type { Changed, VmFields } from '../changes/fields';
import { newValues } from '../changes/fields';
import type { GuestUpdate } from '../changes/guest-change';
import { readUserDataField } from '../cloud-init/user-data';
import { editCalls } from './calls';
import { driftOf, type NetBoxGuest } from './drift';
import { mergeEdits, type Edit, type Param } from './edit';
import { planDisks } from './fields/disks';
import { planNics } from './fields/nics';
import { refuseOtherCluster } from './fields/place';
import type { GuestPlan, PlannedFile, PlannedFor } from './guest-plan';
import { liveEvidence, liveName, type LiveGuest } from './live';
import { offlineKeys } from './offline-keys';
import type { PlanOptions } from './options';
import { birthFields, vmRules } from './rules';
import { planRule } from './vm-rule';

/**
 * What an update does to the live guest: only fields that were changed, compared with what is there now in NetBox's units. Where the guest has
 * the wanted value already, nothing is done.
 * @param netbox what NetBox shows of the guest, for the drift; null when it was not read.
 */
export function planUpdate(change: GuestUpdate, live: LiveGuest, netbox: NetBoxGuest | null, options: PlanOptions): GuestPlan {
  const values = newValues(change.vm);
  const rules = vmRules.map(rule => planRule(rule, change.vm, live, options));
  const parts = [...planNics(change.interfaces, live, options), ...planDisks(change.disks, live, options)];
  const edit = mergeEdits([
    refuseOtherCluster(change.vm),
    // What cloud-init's network says wins over what follows from an address.
    ...parts.map(part => part.edit),
    ...rules.map(each => each.edit),
    passwordEdit(change, live),
    ...sideRemarks(change.vm),
  ]);
  const fields = [...rules.flatMap(each => each.fields), ...parts.flatMap(part => part.fields)];
  const refused = edit.refusals.length > 0;
  const text = (key: string): string => asText(edit.set[key]);
  const { guest } = change;
  return {
    op: 'update',
    guest,
    vmid: live.vmid,
    node: live.node,
    fields,
    drift: netbox ? driftOf(netbox, change, live, options) : [],
    remarks: edit.remarks,
    refusals: edit.refusals,
    calls: refused ? [] : editCalls(live, edit),
    files: refused ? [] : filesOf(values, text('cicustom')),
    offlineKeys: offlineKeys(live.kind, [...Object.keys(edit.set), ...edit.remove], text, live.config),
    links: edit.links,
    plannedFor: plannedForOf(live),
    birthMark: null,
  };
}

export const plannedForOf = (live: LiveGuest): PlannedFor => ({
  node: live.node,
  name: liveName(live),
  status: live.status,
  evidence: liveEvidence(live),
  configDigest: live.config.configDigest,
  config: live.config.raw,
});

const asText = (param: Param | undefined): string => (typeof param === 'object' || param === undefined ? '' : String(param));

/** The file that a cloud-config document becomes, where the configuration is made to name one. */
export function filesOf(values: Partial<VmFields>, custom: string): PlannedFile[] {
  const data = values.cloud_init_user_data;
  const volume = /(?:^|,)user=([^,]+)/.exec(custom)?.[1];
  if (!data || volume === undefined || readUserDataField(data).is !== 'document') return [];
  return [{ volume, field: 'cloud_init_user_data', secret: null }];
}

/** A stored secret that a request names: what the guest has cannot be read, so it is written. */
function passwordEdit({ secrets }: GuestUpdate, live: LiveGuest): Edit {
  const { password } = secrets;
  if (password === undefined) return {};
  if (live.kind === 'qemu') return { set: { cipassword: { secret: password } } };
  return {
    remarks: [{ field: 'password', message: 'The password of a container is set at its birth alone. Change it in the guest.' }],
  };
}

/** Changed fields that no guest follows, where somebody could expect it. */
function sideRemarks(changed: Changed<VmFields>): Edit[] {
  const about = (field: keyof VmFields, message: string): Edit[] => (changed[field] ? [{ remarks: [{ field, message }] }] : []);
  return [
    ...about('status', 'The status changes nothing in Proxmox: starting and stopping are operations.'),
    ...about('disk', 'The total of the disks is the sum of the virtual disks: change those.'),
    ...birthFields.flatMap(field => about(field, 'This field is read at the birth of a guest only.')),
  ];
}
