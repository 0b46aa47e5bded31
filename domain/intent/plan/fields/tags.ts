import { DESTROYING, PENDING_DELETION } from '../../../deletion/marks';
import { formatTags, isTag, sameTags } from '../../../proxmox/tags';
import { slugify } from '../../../reflection/text';
import type { Changed, VmFields } from '../../changes/fields';
import type { Edit, FieldDifference, Remark } from '../edit';
import type { PlanOptions } from '../options';
import type { LiveGuest } from '../live';
import type { FieldPlan, VmRule } from '../vm-rule';

/** Marks of ours on guests: no change in NetBox puts them there or takes them away. */
const reservedTags: readonly string[] = [PENDING_DELETION, DESTROYING];

/** Tags that reflection gives a virtual machine in NetBox; a guest never gets them. */
const ownNetBoxTags = new Set([
  'Proxbox',
  'Proxbox: Discovered QEMU VM',
  'Proxbox: Discovered LXC Container',
  'Proxbox: Discovered Cluster',
  'Proxbox: Discovered Node',
]);

const isReserved = (tag: string): boolean => reservedTags.includes(tag.toLowerCase());

/** Reflection finds a NetBox tag by the slug that follows from the guest's tag; Proxmox keeps tags in lower case unless told otherwise. */
const sameTag = (a: string, b: string): boolean => slugify(a) === slugify(b);

/** What a guest gets for NetBox tags, and what it does not get. */
export function proxmoxTags(names: readonly string[], options: PlanOptions): { tags: string[]; remarks: Remark[] } {
  const tags: string[] = [];
  const remarks: Remark[] = [];
  const leave = (name: string, why: string) =>
    remarks.push({ field: 'tags', message: `The guest does not get the tag "${name}": ${why}` });
  for (const name of names) {
    const slug = options.tagSlugs.get(name) ?? slugify(name);
    if (ownNetBoxTags.has(name)) continue;
    if (isReserved(name) || isReserved(slug)) leave(name, 'it is a mark of ours.');
    else if (isTag(name) && slugify(name) === slug) tags.push(name.toLowerCase());
    else if (options.tags === 'slugs' && isTag(slug) && slugify(slug) === slug) tags.push(slug);
    else if (isTag(name)) leave(name, `its slug in NetBox is ${slug}, so that it would come back as another tag.`);
    else leave(name, 'Proxmox takes letters, digits, and _ - + . alone. Rename it, or have slugs used by the settings.');
  }
  return { tags: [...new Set(tags)].sort(), remarks };
}

/** Tags that were put on or taken off in NetBox are put on and taken off the guest; all others stay. */
export const tagsRule: VmRule = {
  fields: ['tags'],
  differences({ tags }, { config }, options): readonly FieldDifference[] {
    if (tags === undefined || options.tags === 'none') return [];
    const wanted = proxmoxTags(tags, options).tags;
    const now = shown(config.tags);
    const same = wanted.length === now.length && wanted.every(tag => now.some(each => sameTag(each, tag)));
    return same ? [] : [{ field: 'tags', from: now, to: wanted }];
  },
  ofChange: changeTags,
};

const shown = (tags: readonly string[]): string[] => tags.filter(tag => !isReserved(tag)).sort();

function changeTags({ tags }: Changed<VmFields>, { config }: LiveGuest, options: PlanOptions): FieldPlan {
  if (!tags || options.tags === 'none') return { fields: [], edit: {} };
  const before = proxmoxTags(tags.from ?? [], options).tags;
  const { tags: after, remarks } = proxmoxTags(tags.to, options);
  const removed = before.filter(tag => !after.some(each => sameTag(each, tag)));
  const kept = config.tags.filter(tag => isReserved(tag) || !removed.some(each => sameTag(each, tag)));
  const added = after.filter(tag => !before.includes(tag) && !kept.some(each => sameTag(each, tag)));
  const all = [...kept, ...added];
  if (sameTags(all, config.tags)) return { fields: [], edit: { remarks } };
  const edit: Edit = all.length > 0 ? { set: { tags: formatTags(all) } } : { remove: ['tags'] };
  return { fields: [{ field: 'tags', from: shown(config.tags), to: shown(all) }], edit: { ...edit, remarks } };
}
