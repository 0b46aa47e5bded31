import type { GuestKind } from '../../proxmox/guest-config';

/**
 * What a virtual machine in NetBox can say about a guest in Proxmox, under NetBox's own names and in NetBox's units. Custom fields stand
 * beside the model's own fields: no name is in both.
 */
export interface VmFields {
  readonly name: string;
  readonly status: string;
  /** NetBox keeps two decimals. */
  readonly vcpus: number | null;
  /** MB, of which one is one MiB. */
  readonly memory: number | null;
  /** MB. NetBox sums the virtual disks into it; it says something only where there are none. */
  readonly disk: number | null;
  readonly description: string;
  readonly comments: string;
  /** Names, sorted. */
  readonly tags: readonly string[];
  readonly cluster: number | null;
  readonly device: number | null;
  readonly site: number | null;
  readonly role: number | null;
  readonly tenant: number | null;
  readonly platform: number | null;
  readonly virtual_machine_type: number | null;
  readonly primary_ip4: number | null;
  readonly primary_ip6: number | null;
  readonly proxmox_vm_id: number | null;
  readonly proxmox_vm_type: GuestKind | null;
  /** Id of the endpoint. */
  readonly proxbox_endpoint: string | null;
  readonly proxmox_node: string | null;
  readonly proxmox_storage: string | null;
  /** A volume id, `local:iso/debian.iso`. */
  readonly proxmox_iso: string | null;
  readonly proxmox_template_vmid: number | null;
  /** A volume id, `local:vztmpl/debian.tar.zst`. */
  readonly proxmox_ostemplate: string | null;
  /** MiB. */
  readonly proxmox_swap: number | null;
  readonly proxmox_start_at_boot: boolean | null;
  readonly proxmox_unprivileged_container: boolean | null;
  readonly proxmox_qemu_agent: boolean | null;
  readonly proxmox_search_domain: string | null;
  readonly cloud_init_user: string | null;
  /** One public key a line. */
  readonly cloud_init_ssh_keys: string | null;
  readonly cloud_init_user_data: string | null;
  readonly cloud_init_network: string | null;
}

/** A virtual machine's interface. */
export interface InterfaceFields {
  readonly name: string;
  readonly enabled: boolean;
  readonly mtu: number | null;
  /** VLAN id of the untagged VLAN. */
  readonly vlan: number | null;
  /** VLAN ids of the tagged VLANs, sorted; null: no trunk; `all`: every VLAN. */
  readonly trunks: readonly number[] | 'all' | null;
  readonly bridge: string | null;
  /** Upper case, colons: the primary MAC address. */
  readonly mac: string | null;
  /** Of a virtual machine's card; null: what it has, or the usual one. */
  readonly model: string | null;
  /** CIDR notation, sorted. */
  readonly addresses: readonly string[];
}

/** A virtual disk. */
export interface DiskFields {
  readonly name: string;
  /** MB, of which one is one MiB. */
  readonly size: number;
  /** What reflection notes about it: `Storage: local-lvm | Format: raw`. */
  readonly description: string;
}

/** The fields that differ, from the value before the change to the one after it. `from` is absent where nothing was known before. */
export type Changed<Fields> = {
  readonly [Name in keyof Fields]?: { readonly from?: Fields[Name]; readonly to: Fields[Name] };
};

/** The new values of a change alone. */
export function newValues<Fields extends object>(changed: Changed<Fields>): Partial<Fields> {
  const values: Partial<Fields> = {};
  for (const name in changed) {
    const change = changed[name];
    if (change !== undefined) values[name] = change.to;
  }
  return values;
}
