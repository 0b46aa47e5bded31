import { withQemuCard } from '../../proxmox/nic';
import { formatPropertyString, withProperty, withoutProperty, type PropertyString } from '../../proxmox/property-string';
import type { DiskFields, InterfaceFields } from '../changes/fields';
import type { AddedPart, GuestCreate } from '../changes/guest-change';
import { birthTags, cloudInitEdits, cpuEdit, keyed, linkOf, usesCloudInit, wantedDisks, type Birth } from './birth';
import { guestPath } from './calls';
import { containerNic, withAddresses } from './create-lxc';
import { tooMany } from './create-qemu';
import { mergeEdits, refuse, remark, type Edit, type Param } from './edit';
import { newDiskKey } from './fields/disk-keys';
import { newDisk } from './fields/disks';
import { newNic, newNicKey, newNicProblem, withSwitching } from './fields/nic-text';
import type { PlannedCall } from './guest-plan';
import { liveDisks, type LiveGuest } from './live';
import type { PlanOptions } from './options';

const MEBIBYTE = 1024 ** 2;

/** The clone itself. The mark is in it from the start, so that its answer may be lost. */
export function cloneCall(
  change: GuestCreate,
  birth: Birth & { template: LiveGuest },
  description: string,
  options: PlanOptions,
): PlannedCall {
  const { template, vmid, node } = birth;
  const full = options.fullClone || !template.config.template || otherStorage(change, template);
  const params: Record<string, Param> = {
    description,
    full: full ? 1 : 0,
    newid: vmid,
    ...(template.kind === 'qemu' ? { name: change.vm.name } : { hostname: change.vm.name }),
    ...(options.pool !== null && { pool: options.pool }),
    ...(full && change.vm.proxmox_storage !== null && { storage: change.vm.proxmox_storage }),
    ...(node !== template.node && { target: node }),
  };
  return { step: 'clone', method: 'POST', path: `${guestPath(template)}/clone`, params, withDigest: false, startsTask: true };
}

/** A linked clone stays where its template is. */
function otherStorage({ vm }: GuestCreate, template: LiveGuest): boolean {
  return vm.proxmox_storage !== null && liveDisks(template).some(({ drive }) => drive.storage !== vm.proxmox_storage);
}

/** What makes the clone the guest that is wanted: a clone has everything of its template, its protection too. */
export function cloneEdits(change: GuestCreate, birth: Birth & { template: LiveGuest }, options: PlanOptions): Edit[] {
  const { vm } = change;
  const { config, kind } = birth.template;
  const nics = keyed(change.interfaces, ({ fields }, taken) => newNicKey(fields.name, taken));
  const found = nics.flatMap(({ part, key }) => (key === null ? [] : [{ fields: part.fields, key }]));
  const hasDrive = config.disks.some(drive => drive.source === 'cloudinit');
  return [
    cpuEdit(vm.vcpus, kind === 'qemu' ? config.sockets : 1),
    (vm.proxmox_start_at_boot ?? false) === config.onboot ? {} : { set: { onboot: vm.proxmox_start_at_boot ? 1 : 0 } },
    config.protection ? { remove: ['protection'] } : {},
    kind === 'qemu' && vm.proxmox_qemu_agent !== null && vm.proxmox_qemu_agent !== config.agent.enabled
      ? { set: { agent: `enabled=${vm.proxmox_qemu_agent ? 1 : 0}` } }
      : {},
    kind === 'lxc' && vm.proxmox_swap !== null ? { set: { swap: vm.proxmox_swap } } : {},
    ...nics.map(({ part, key }) =>
      key === null ? tooMany('interfaces', part.fields.name) : cardEdit(key, part, birth.template, options),
    ),
    ...diskEdits(change, birth.template, options),
    ...(kind === 'qemu' && usesCloudInit(change)
      ? [cloudInitEdits(change, found, birth, options), hasDrive ? {} : drive(options)]
      : []),
    kind === 'lxc' ? inherited(change) : {},
    birthTags(change, config.tags, options),
  ];
}

/** What a container gets at its birth from an archive alone. */
function inherited({ vm, secrets }: GuestCreate): Edit {
  const asked = secrets.password !== undefined || vm.cloud_init_ssh_keys !== null || vm.proxmox_unprivileged_container !== null;
  const message = 'A cloned container has the password, the SSH keys and the privileges of its template.';
  return asked ? remark('proxmox_template_vmid', message) : {};
}

/** A card of the template is changed in place and gets its own address; others are added. */
function cardEdit(
  key: string,
  { fields, netboxId }: AddedPart<InterfaceFields>,
  { kind, config }: LiveGuest,
  options: PlanOptions,
): Edit {
  const link = linkOf('interface', netboxId, key);
  const card = config.nics.find(nic => nic.key === key);
  if (!card)
    return mergeEdits([kind === 'qemu' ? newNic(kind, key, fields, options.bridge) : containerNic(key, fields, options), link]);
  const field = `interfaces.${fields.name}`;
  const refused = newNicProblem(kind, field, fields);
  if (refused) return refused;
  const { enabled, mtu, vlan, trunks, bridge } = fields;
  const switched = withSwitching(card.parts, { enabled, mtu, vlan, trunks, ...(bridge !== null && { bridge }) });
  const wanted = kind === 'lxc' ? withAddresses(switched, fields.addresses) : switched;
  const same = formatPropertyString(wanted) === formatPropertyString(card.parts);
  if (same && fields.mac === null && (kind === 'lxc' || fields.model === null || fields.model === card.model)) return link;
  const own =
    kind === 'lxc' ? ownContainerCard(wanted, fields) : withQemuCard(wanted, fields.model ?? card.model ?? 'virtio', fields.mac);
  return mergeEdits([{ set: { [key]: formatPropertyString(own) } }, link]);
}

/** The wanted MAC address, or none: then Proxmox makes one up, and the template's is on no second card. */
const ownContainerCard = (parts: PropertyString, { mac }: InterfaceFields): PropertyString =>
  mac === null ? withoutProperty(parts, 'hwaddr') : withProperty(parts, 'hwaddr', mac);

function diskEdits(change: GuestCreate, template: LiveGuest, options: PlanOptions): Edit[] {
  const own = liveDisks(template);
  const first = own[0]?.drive.key ?? (template.kind === 'qemu' ? 'scsi0' : 'rootfs');
  const wanted = wantedDisks(change, first);
  const parts = keyed(wanted, ({ fields }, taken) =>
    own.some(({ drive: { key } }) => key === fields.name)
      ? fields.name
      : newDiskKey(template.kind, fields.name, union(taken, own)),
  );
  return parts.map(({ part, key }, at) => {
    // One disk of another name stands for the one that the template has.
    const single = wanted.length === 1 && own.length === 1 && at === 0 ? own[0] : undefined;
    const there = own.find(({ drive }) => drive.key === key) ?? single;
    if (!there)
      return key === null
        ? tooMany('disks', part.fields.name)
        : mergeEdits([newDisk(template.kind, key, part, options), linkOf('virtual-disk', part.netboxId, key)]);
    return mergeEdits([grown(part.fields, there), linkOf('virtual-disk', part.netboxId, there.drive.key)]);
  });
}

const union = (taken: ReadonlySet<string>, own: ReturnType<typeof liveDisks>): ReadonlySet<string> =>
  new Set([...taken, ...own.map(({ drive: { key } }) => key)]);

function grown({ name, size }: DiskFields, { drive: { key }, size: has }: ReturnType<typeof liveDisks>[number]): Edit {
  if (size === has) return {};
  if (size > has) return { grow: { [key]: size * MEBIBYTE } };
  const message = `The template's disk ${key} has ${has} MB, and a disk is not shrunk to ${size} MB. Give at least ${has}.`;
  return refuse('disk_shrink', `disks.${name}.size`, message);
}

function drive({ storage }: PlanOptions): Edit {
  if (storage !== null) return { set: { ide2: `${storage}:cloudinit` } };
  return refuse(
    'storage_missing',
    'proxmox_storage',
    'Nothing says where the cloud-init drive is to be. Set the custom field proxmox_storage.',
  );
}
