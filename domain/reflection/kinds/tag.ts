import { customFieldsIn, textIn, type Desired, type Kind } from '../kind';
import { colorOf, slugify } from '../text';

/** Tags of guests, as NetBox tags: shared by all endpoints, found by slug, never changed once they exist. */
export const tag: Kind = {
  name: 'tag',
  path: 'extras/tags',
  dependsOn: [],
  shared: true,
  read: { by: 'value', param: 'slug', field: 'slug' },
  columns: ['name', 'slug'],
  rules: {
    name: { createOnly: true },
    slug: { createOnly: true },
    color: { createOnly: true },
    description: { createOnly: true },
  },
  natural: ['slug'],
  desire({ guests, cluster, policy }) {
    if (!policy.flags.overwrite_vm_proxmox_tags) return [];
    const tags = new Map<string, Desired>();
    for (const name of guests.flatMap(guest => guest.tags).sort()) {
      const slug = slugify(name);
      if (tags.has(slug)) continue;
      const color = cluster.tagColors[name] ?? colorOf(name);
      tags.set(slug, { key: slug, label: name, values: { name, slug, color, description: 'Synced by Proxbox' } });
    }
    return [...tags.values()];
  },
  values: row => ({ name: textIn(row['name']), slug: textIn(row['slug']), ...customFieldsIn(row) }),
};
