/**
 * A guest's description in Proxmox, of which two parts are ours: a block of NetBox ids, and the line that a guest is born with. Everything else are
 * the notes, which NetBox shows as description and comments.
 */
export interface Description {
  /** Without white space at the end. */
  readonly notes: string;
  /** NetBox ids by what they are ids of; null without a block that can be read. */
  readonly metadata: DescriptionMetadata | null;
  /** The uuid of the mark that we gave the guest at its birth. A clone by somebody else copies it, so alone it proves nothing. */
  readonly birthMark: string | null;
}

export const metadataKeys = ['role', 'tenant', 'site', 'platform', 'cluster', 'device'] as const;
export type DescriptionMetadata = { readonly [Key in (typeof metadataKeys)[number]]?: number };

const BLOCK = /(?:^|\n)[ \t]*```netbox-metadata[ \t]*\r?\n([\s\S]*?)\r?\n?[ \t]*```[ \t]*(?=\r?\n|$)/g;
const MARK = /(?:^|\n)[ \t]*<!-- proxbox-birth: ([0-9a-f-]{36}) -->[ \t]*(?=\r?\n|$)/gi;

export function parseDescription(text: string | null): Description {
  const whole = text ?? '';
  const blocks = [...whole.matchAll(BLOCK)].map(match => match[1] ?? '');
  const marks = [...whole.matchAll(MARK)].map(match => (match[1] ?? '').toLowerCase());
  const ours = blocks.length > 0 || marks.length > 0;
  const notes = ours ? whole.replace(BLOCK, '').replace(MARK, '') : whole;
  return { notes: notes.trimEnd(), metadata: readBlock(blocks.at(-1)), birthMark: marks.at(-1) ?? null };
}

/** One blank line between the notes and what is ours; nothing for what is not there. */
export function formatDescription({ notes, metadata, birthMark }: Description): string {
  return [
    notes.trimEnd(),
    metadata && Object.keys(metadata).length > 0 ? block(metadata) : '',
    birthMark === null ? '' : `<!-- proxbox-birth: ${birthMark} -->`,
  ]
    .filter(part => part !== '')
    .join('\n\n');
}

/** Positive whole ids only, sorted by name, two spaces deep, as Proxbox writes it. */
function block(metadata: DescriptionMetadata): string {
  const sorted = Object.fromEntries([...metadataKeys].sort().flatMap(key => (isId(metadata[key]) ? [[key, metadata[key]]] : [])));
  return `\`\`\`netbox-metadata\n${JSON.stringify(sorted, null, 2)}\n\`\`\``;
}

function readBlock(text: string | undefined): DescriptionMetadata | null {
  if (text === undefined) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    return Object.fromEntries(Object.entries(value).filter(([key, id]) => metadataKeys.some(known => known === key) && isId(id)));
  } catch {
    return null;
  }
}

const isId = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0;
