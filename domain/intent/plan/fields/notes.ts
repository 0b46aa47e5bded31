import { formatDescription, metadataKeys, parseDescription, type DescriptionMetadata } from '../../../proxmox/description';
import { firstLine } from '../../../reflection/text';
import { newValues, type VmFields } from '../../changes/fields';
import { refuse, type Edit, type FieldDifference } from '../edit';
import type { LiveGuest } from '../live';
import type { PlanOptions } from '../options';
import type { VmRule } from '../vm-rule';

/** Characters (Proxmox VE 9.2). */
const longest = 8192;

/** What reflection writes where a guest has no notes: never the guest's own words. */
const DEFAULT_SENTENCE = /^Synced from Proxmox node \S+$/;

const notesOf = (live: LiveGuest): string => parseDescription(live.config.description).notes.trim();
const ownDescription = (text: string): string => (DEFAULT_SENTENCE.test(text.trim()) ? '' : text.trim());
/** What reflection shows as comments of these notes. */
export const commentsOf = (notes: string): string => (notes === firstLine(notes) ? '' : notes);

/** The notes that NetBox's two fields mean: the description is their first line, the comments are all of them. */
export function wantedNotes(description: string | undefined, comments: string | undefined, now: string): string {
  const said = description === undefined ? undefined : firstLine(ownDescription(description));
  const all = comments === undefined ? undefined : comments.trim();
  // Comments given anew are the notes; a description given anew as well replaces their first line only where they do not begin with it.
  const base = all !== undefined && all !== '' ? all : all === '' ? firstLine(now) : now;
  return said === undefined || said === firstLine(base) ? base : withFirstLine(base, said);
}

function withFirstLine(notes: string, line: string): string {
  const lines = notes.split(/\r?\n/);
  const at = lines.findIndex(each => each.trim() !== '');
  if (at < 0) return line;
  return [...lines.slice(0, at), ...(line === '' ? [] : [line]), ...lines.slice(at + 1)].join('\n').trim();
}

/** `description` and `comments` are a guest's notes; where the setting says so, ids of NetBox stand below them in a block. */
export const notesRule: VmRule = {
  fields: ['description', 'comments', ...metadataKeys],
  differences(values, live, options) {
    const { description, comments } = values;
    const now = notesOf(live);
    const found: FieldDifference[] = [];
    if (description !== undefined && firstLine(ownDescription(description)) !== firstLine(now)) {
      found.push({ field: 'description', from: firstLine(now), to: ownDescription(description) });
    }
    if (comments !== undefined && comments.trim() !== commentsOf(now)) {
      found.push({ field: 'comments', from: commentsOf(now), to: comments.trim() });
    }
    return [...found, ...metadataDifferences(values, live, options)];
  },
  edit(changed, live, options) {
    const { metadata, birthMark } = parseDescription(live.config.description);
    const { description, comments, ...ids } = newValues(changed);
    const notes = wantedNotes(description, comments, notesOf(live));
    return descriptionEdit(
      notes,
      options.embedMetadata ? { ...withoutCleared(metadata, ids), ...metadataOf(ids) } : metadata,
      birthMark,
    );
  },
};

function metadataDifferences(values: Partial<VmFields>, live: LiveGuest, { embedMetadata }: PlanOptions): FieldDifference[] {
  if (!embedMetadata) return [];
  const block = parseDescription(live.config.description).metadata ?? {};
  return metadataKeys.flatMap(key => {
    const [from, to] = [block[key] ?? null, values[key]];
    return to === undefined || to === from ? [] : [{ field: `description metadata ${key}`, from, to }];
  });
}

function withoutCleared(metadata: DescriptionMetadata | null, ids: Partial<VmFields>): DescriptionMetadata {
  return Object.fromEntries(Object.entries(metadata ?? {}).filter(([key]) => ids[key as keyof VmFields] !== null));
}

/** The `description` key for notes and what of ours goes with them. */
export function descriptionEdit(notes: string, metadata: DescriptionMetadata | null, birthMark: string | null): Edit {
  const text = formatDescription({ notes, metadata, birthMark });
  if (text === '') return { remove: ['description'] };
  if ([...text].length <= longest) return { set: { description: text } };
  return refuse(
    'description_too_long',
    'comments',
    `Proxmox takes notes of at most ${longest} characters, these have ${[...text].length}. Shorten the comments.`,
  );
}

/** The NetBox ids that a description may hold. */
export function metadataOf(vm: Partial<VmFields>): DescriptionMetadata {
  const { role, tenant, site, platform, cluster, device } = vm;
  const all = { role, tenant, site, platform, cluster, device };
  return Object.fromEntries(Object.entries(all).filter(([, id]) => typeof id === 'number' && id > 0));
}
