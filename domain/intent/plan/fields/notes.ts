import { formatDescription, metadataKeys, parseDescription, type DescriptionMetadata } from '../../../proxmox/description';
import { firstLine } from '../../../reflection/text';
import { newValues, type VmFields } from '../../changes/fields';
import { refuse, remark, type Edit, type FieldDifference } from '../edit';
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

/**
 * The notes that NetBox's two fields mean: the description is their first line, the comments are all of them. An emptied description takes
 * its line away only where there is no other: the next one would become the description at once.
 */
export function wantedNotes(description: string | undefined, comments: string | undefined, now: string): string {
  const all = comments?.trim();
  const base = all === undefined ? now : all === '' ? firstLine(now) : all;
  const said = description === undefined ? firstLine(base) : firstLine(ownDescription(description));
  if (said === firstLine(base)) return base;
  if (said === '') return !all && commentsOf(base) === '' ? '' : base;
  return withFirstLine(base, said);
}

function withFirstLine(notes: string, line: string): string {
  const lines = notes.split(/\r?\n/);
  const at = lines.findIndex(each => each.trim() !== '');
  if (at < 0) return line;
  return [...lines.slice(0, at), line, ...lines.slice(at + 1)].join('\n').trim();
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
    const wanted = options.embedMetadata ? { ...withoutCleared(metadata, ids), ...metadataOf(ids) } : metadata;
    const edit = descriptionEdit(notes, wanted, birthMark);
    if (edit.set?.['description'] !== (live.config.description ?? '').trimEnd()) return edit;
    return remark(
      'description',
      'The notes of the guest stay as they are: their first line is the description, and the comments are all of them.',
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
