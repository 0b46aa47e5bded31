import type { BulkItemError } from './bulk-result';
import type { NetBoxPath, NetBoxValues } from './object';

/**
 * What NetBox keeps unique within a path, as far as two elements of one list can collide. NetBox 4.5 and 4.6 validate a whole list before they
 * save it, so a name that stands in it twice ends as a 500 from the database, which tells nothing about the element.
 * Undefined: no rule known, or the element has nothing to collide with.
 */
export function duplicateKey(path: NetBoxPath, item: NetBoxValues): string | undefined {
  const { name, slug, virtual_machine, cluster, device, tenant } = item;
  switch (path) {
    case 'virtualization/virtual-machines':
      return typeof name === 'string'
        ? JSON.stringify([cluster, cluster === undefined ? device : undefined, tenant, name.toLowerCase()])
        : undefined;
    case 'virtualization/interfaces':
    case 'virtualization/virtual-disks':
      return JSON.stringify([virtual_machine, name]);
    case 'extras/custom-fields':
    case 'extras/custom-field-choice-sets':
    case 'extras/custom-links':
      return JSON.stringify(name);
    default:
      return typeof slug === 'string' ? JSON.stringify(slug) : undefined;
  }
}

export function duplicateError(): BulkItemError {
  const text = 'the same name stands twice in one list; only the first was sent';
  return { kind: 'refused', fields: { __all__: [text] }, text };
}
