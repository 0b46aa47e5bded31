import type { Json } from '../../json';
import { parsePropertyString } from '../../proxmox/property-string';

/** A YAML text, read. */
export type ParsedUserData = { ok: true; value: Json } | { ok: false; message: string; line: number | null };

/** What `cloud_init_user_data` holds: files that a snippets storage has already, or the document itself. */
export type UserData =
  | { is: 'volumes'; volumes: Readonly<Partial<Record<CustomPart, string>>> }
  | { is: 'document'; text: string }
  | { is: 'wrong'; message: string };

const parts = ['user', 'network', 'vendor', 'meta'] as const;
type CustomPart = (typeof parts)[number];

/** Proxmox takes files of a storage, never a text (Proxmox VE 9.2, `cicustom`). */
const SNIPPET = /^[A-Za-z0-9][\w.-]*:snippets\/[^\s,/]+$/;

/** `local:snippets/web.yaml`, `user=local:snippets/web.yaml,network=…`, or a document. */
export function readUserDataField(text: string): UserData {
  const given = text.trim();
  if (SNIPPET.test(given)) return { is: 'volumes', volumes: { user: given } };
  if (!/^(user|network|vendor|meta)=/.test(given) || given.includes('\n')) return { is: 'document', text };
  const volumes = readCustom(given);
  return volumes
    ? { is: 'volumes', volumes }
    : { is: 'wrong', message: `"${given}" names no snippet. Write user=<storage>:snippets/<file>, or a cloud-config document.` };
}

/** The parts of a `cicustom` value; null when one is no volume id of a snippet. */
export function readCustom(text: string): Partial<Record<CustomPart, string>> | null {
  const volumes: Partial<Record<CustomPart, string>> = {};
  for (const { key, value } of parsePropertyString(text)) {
    const part = parts.find(name => name === key);
    if (part === undefined || !SNIPPET.test(value)) return null;
    volumes[part] = value;
  }
  return volumes;
}

export const formatCustom = (volumes: Partial<Record<CustomPart, string>>): string =>
  parts.flatMap(part => (volumes[part] === undefined ? [] : [`${part}=${volumes[part]}`])).join(',');

/** The file that a document becomes: another text is another file, so that the guest's configuration shows which one it has. */
export function snippetVolume(storage: string, vmid: number, text: string, sha256: (text: string) => string): string {
  return `${storage}:snippets/proxbox-${vmid}-${sha256(text).slice(0, 16)}.yaml`;
}

/** What is wrong with a document; null when nothing is. */
export function problemOfUserData(text: string, parse: (text: string) => ParsedUserData): string | null {
  if (text.startsWith('#!')) return null;
  const parsed = parse(text);
  if (!parsed.ok) return `${parsed.message}${parsed.line === null ? '' : ` (line ${parsed.line})`}`;
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is no list of keys and values';
  return /^#cloud-config\b/.test(text) ? null : 'its first line is not "#cloud-config", so that the guest would ignore it';
}

/** A key whose value is a password in plain text, on a line of its own or in braces; a comment is none, and a hash is none. */
const PASSWORD =
  /^(?![ \t]*#)(?:[^\n]*[{,])?[ \t]*(?:-[ \t]+)?["']?(?:plain_text_passwd|password|passwd)["']?[ \t]*:[ \t]*(?!["']?\$\d)\S/im;
const CHPASSWD_LIST = /^[ \t]*chpasswd[ \t]*:[\s\S]*?^[ \t]*list[ \t]*:/im;

/** Whether a document holds a password that everybody can read who can read the virtual machine in NetBox. */
export const hasPlainPassword = (text: string): boolean => PASSWORD.test(text) || CHPASSWD_LIST.test(text);
