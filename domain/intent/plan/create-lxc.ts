import { formatPropertyString, parsePropertyString, withProperty, type PropertyString } from '../../proxmox/property-string';
import type { InterfaceFields } from '../changes/fields';
import type { GuestCreate } from '../changes/guest-change';
import { keysIn, wrongKey } from '../cloud-init/keys';
import { cpuEdit, keyed, linkOf, wantedDisks } from './birth';
import { tooMany } from './create-qemu';
import { mergeEdits, refuse, remark, type Edit } from './edit';
import { newDiskKey } from './fields/disk-keys';
import { newDisk } from './fields/disks';
import { newNic, newNicKey } from './fields/nic-text';
import type { PlanOptions } from './options';

/** What makes a container from an archive, beside what every birth has. */
export function lxcEdits(change: GuestCreate, options: PlanOptions): Edit[] {
  const { vm, secrets } = change;
  const archive = vm.proxmox_ostemplate ?? vm.proxmox_iso;
  const cards = keyed(change.interfaces, ({ fields }, taken) => newNicKey(fields.name, taken));
  return [
    archive === null ? noArchive : { set: { ostemplate: archive } },
    // Said in any case: the default differs between Proxmox VE 8 and 9.
    { set: { unprivileged: vm.proxmox_unprivileged_container === false ? 0 : 1, onboot: vm.proxmox_start_at_boot ? 1 : 0 } },
    vm.proxmox_swap === null ? {} : { set: { swap: vm.proxmox_swap } },
    cpuEdit(vm.vcpus, 1),
    ...cards.map(({ part, key }) =>
      key === null
        ? tooMany('interfaces', part.fields.name)
        : mergeEdits([containerNic(key, part.fields, options), linkOf('interface', part.netboxId, key)]),
    ),
    ...volumeEdits(change, options),
    ...accessEdits(change),
    secrets.password === undefined ? {} : { set: { password: { secret: secrets.password } } },
  ];
}

const noArchive = refuse(
  'ostemplate_missing',
  'proxmox_iso',
  'A container is made from an archive. Set the custom field proxmox_iso to one (local:vztmpl/…), or proxmox_template_vmid to clone a container.',
);

/** A card with the addresses that NetBox has on its interface. */
export function containerNic(key: string, fields: InterfaceFields, options: PlanOptions): Edit {
  const edit = newNic('lxc', key, fields, options.bridge);
  const text = edit.set?.[key];
  if (typeof text !== 'string') return edit;
  return { set: { [key]: formatPropertyString(withAddresses(parsePropertyString(text), fields.addresses)) } };
}

/** One address of each family takes the place of what the card says; without one that stays. */
export function withAddresses(parts: PropertyString, addresses: readonly string[]): PropertyString {
  const [v4, v6] = [addresses.find(each => !each.includes(':')), addresses.find(each => each.includes(':'))];
  const withV4 = v4 === undefined ? parts : withProperty(parts, 'ip', v4);
  return v6 === undefined ? withV4 : withProperty(withV4, 'ip6', v6);
}

/** The disk called `rootfs`, else the first, is the root. A container has one in any case. */
function volumeEdits(change: GuestCreate, options: PlanOptions): Edit[] {
  const disks = wantedDisks(change, 'rootfs');
  const root = disks.find(disk => disk.fields.name === 'rootfs') ?? disks[0] ?? smallRoot;
  const others = keyed(
    disks.filter(disk => disk !== root),
    ({ fields }, taken) => newDiskKey('lxc', fields.name, taken),
  );
  return [
    newDisk('lxc', 'rootfs', root, options),
    linkOf('virtual-disk', root.netboxId, 'rootfs'),
    ...others.flatMap(({ part, key }) =>
      key === null
        ? [tooMany('disks', part.fields.name)]
        : [newDisk('lxc', key, part, options), linkOf('virtual-disk', part.netboxId, key)],
    ),
  ];
}

/** Four GiB: what Proxmox itself gives. */
const smallRoot = { op: 'create', netboxId: null, fields: { name: 'rootfs', size: 4096, description: '' } } as const;

/** Keys go into a container at its birth; the rest of cloud-init has no place in one. */
function accessEdits({ vm }: GuestCreate): Edit[] {
  const keys = keysIn(vm.cloud_init_ssh_keys ?? '');
  const wrong = wrongKey(keys);
  const unused = vm.cloud_init_user !== null || vm.cloud_init_user_data !== null || vm.cloud_init_network !== null;
  return [
    unused ? remark('cloud_init_user', 'A container has no cloud-init: of these fields it gets the SSH keys alone.') : {},
    wrong === undefined
      ? {}
      : refuse(
          'cloud_init_invalid',
          'cloud_init_ssh_keys',
          `"${wrong.slice(0, 40)}" is no public SSH key. Write one key a line.`,
        ),
    keys.length === 0 ? {} : { set: { 'ssh-public-keys': keys.join('\n') } },
  ];
}
