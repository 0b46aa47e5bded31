import { canonicalJson, type Json, type JsonObject } from '../json';
import type { GuestKind } from '../proxmox/guest-config';
import { parseTags } from '../proxmox/tags';
import type { Evidence } from '../reflection/identity';
import { unmarked } from './marks';

/** What somebody decides about who approves a deletion. */
export interface DecidedAbout {
  /** The cluster that the endpoint is bound to. */
  readonly cluster: string;
  readonly kind: GuestKind;
  readonly vmid: number;
  readonly name: string;
  readonly evidence: Evidence;
  /** Live and pending configuration as texts, by key. */
  readonly config: Readonly<Record<string, string>>;
  readonly pending: Readonly<Record<string, string>>;
  readonly disks: readonly { readonly volume: string; readonly sizeBytes: number | null }[];
  /** Ids of the NetBox objects that show the guest, by type. */
  readonly netbox: Readonly<Record<string, readonly number[]>>;
}

/** Keys that change without the guest becoming another one. */
const notDecidedAbout = new Set(['digest', 'lock', 'parent']);

/**
 * What the digest of an approval is over. Power state, node, usage, snapshots, backups, HA and replication are not in it: they are shown, and judged
 * again at the execution by blockers, so that a nightly backup makes no approval void. Our own marks are not in it either, since we put them on between.
 * @param allowed keys that our own hold has changed after the approval and that may differ therefore.
 */
export function digestedSubject(about: DecidedAbout, allowed: readonly string[] = []): Json {
  const { cluster, kind, vmid, name, evidence, disks, netbox } = about;
  return {
    cluster,
    kind,
    vmid,
    name,
    evidence: evidenceJson(evidence),
    config: configJson(about.config, allowed),
    pending: configJson(about.pending, allowed),
    disks: [...disks].sort((a, b) => (a.volume < b.volume ? -1 : 1)).map(({ volume, sizeBytes }) => ({ volume, sizeBytes })),
    netbox: Object.fromEntries(Object.entries(netbox).map(([type, ids]) => [type, [...ids].sort((a, b) => a - b)])),
  };
}

/** @param sha256 of a text, in hex. */
export const decisionDigest = (about: DecidedAbout, sha256: (text: string) => string, allowed: readonly string[] = []): string =>
  sha256(canonicalJson(digestedSubject(about, allowed)));

function evidenceJson({ macs, ...evidence }: Evidence): JsonObject {
  return { ...evidence, ...(macs && { macs: [...macs].sort() }) };
}

function configJson(config: Readonly<Record<string, string>>, allowed: readonly string[]): JsonObject {
  const own = Object.entries(config).filter(([key]) => !notDecidedAbout.has(key) && !allowed.includes(key) && key !== 'tags');
  const tags = unmarked(parseTags(config['tags']));
  return { ...Object.fromEntries(own), ...(tags.length > 0 && { tags: tags.sort() }) };
}

/** What differs between what was approved and what is there, by the names of its parts: `config.memory`, `disks`, `evidence`. */
export function differences(approved: DecidedAbout, now: DecidedAbout): string[] {
  const [a, b] = [digestedSubject(approved), digestedSubject(now)];
  return differing('', a, b).sort();
}

function differing(path: string, a: Json | undefined, b: Json | undefined): string[] {
  if (canonicalJson(a ?? null) === canonicalJson(b ?? null)) return [];
  const isPart = path === '' || path === 'config' || path === 'pending' || path === 'evidence' || path === 'netbox';
  if (!isPart || !isObject(a) || !isObject(b)) return [path];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap(key => differing(path === '' ? key : `${path}.${key}`, a[key], b[key]));
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
