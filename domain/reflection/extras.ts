/** A link on NetBox's pages, or a filter that its lists offer: for people, and never needed by reflection. */
export interface Extra {
  path: 'extras/custom-links' | 'extras/saved-filters';
  /** The field that it is found by. */
  by: 'name' | 'slug';
  key: string;
  body: Readonly<Record<string, unknown>>;
  /** Fields that are ours to correct; what else an operator changes stays. */
  kept: readonly string[];
}

const customLink = (what: string, objectType: string, place: string, publicUrl: string): Extra => ({
  path: 'extras/custom-links',
  by: 'name',
  key: `proxbox: ${what}`,
  body: {
    object_types: [objectType],
    enabled: true,
    // Without text there is no link: only on what one of our endpoints reflects.
    link_text: "{% if object.cf.get('proxbox_endpoint') %}Open in proxbox{% endif %}",
    link_url: `${publicUrl}/ui/netbox/${place}/{{ object.pk }}`,
    new_window: true,
  },
  kept: ['link_url'],
});

const savedFilter = (slug: string, name: string, guestType: 'qemu' | 'lxc'): Extra => ({
  path: 'extras/saved-filters',
  by: 'slug',
  key: slug,
  body: {
    name,
    object_types: ['virtualization.virtualmachine'],
    description: 'Made by proxbox',
    enabled: true,
    shared: true,
    parameters: { cf_proxmox_vm_type: [guestType] },
  },
  kept: [],
});

/** @param publicUrl where people reach our pages; without it there are no links to them. */
export const netboxExtras = (publicUrl: string | undefined): Extra[] => [
  savedFilter('proxbox-virtual-machines', 'Virtual machines', 'qemu'),
  savedFilter('proxbox-lxc-containers', 'LXC containers', 'lxc'),
  ...(publicUrl === undefined
    ? []
    : [
        customLink('virtual machine', 'virtualization.virtualmachine', 'vms', publicUrl),
        customLink('node', 'dcim.device', 'devices', publicUrl),
        customLink('cluster', 'virtualization.cluster', 'clusters', publicUrl),
      ]),
];
