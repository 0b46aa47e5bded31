import type { Access } from './access';
import type { Cluster } from './cluster';
import { PermissionError } from './errors';
import { splitList } from './formats';

/** Splits, normalises and orders tags as the datacenter's tag style says; an empty list is stored as one blank. */
export function normaliseTags(cluster: Cluster, text: string): string {
  const style = cluster.options.tagStyle;
  const caseSensitive = Number(style['case-sensitive'] ?? 0) === 1;
  const tags = splitList(text).map(tag => (caseSensitive ? tag : tag.toLowerCase()));
  const unique = [...new Set(tags)];
  if (style['ordering'] !== 'config') unique.sort((a, b) => (a < b ? -1 : 1));
  return unique.length === 0 ? ' ' : unique.join(';');
}

/** Tags that the caller may use: `allowed-tags`. */
export function allowedTags(cluster: Cluster, access: Access, identity: string): string[] {
  const { userTagAccess, registeredTags } = cluster.options;
  const privileged = access.has(identity, '/', 'Sys.Modify');
  const mode = userTagAccess?.allow ?? 'free';
  const allowed = new Set<string>();
  if (privileged) for (const tag of registeredTags) allowed.add(tag);
  if (privileged || mode === 'free' || mode === 'existing') {
    for (const guest of cluster.guests.values()) {
      if (!access.has(identity, `/vms/${guest.vmid}`, 'VM.Audit')) continue;
      for (const tag of splitList(String(guest.config['tags'] ?? '')))
        if (privileged || !registeredTags.includes(tag)) allowed.add(tag);
    }
  }
  if (mode === 'list' || mode === 'existing' || privileged) for (const tag of userTagAccess?.list ?? []) allowed.add(tag);
  return [...allowed].sort();
}

/** Every tag that is added or removed must be the caller's to change. @throws PermissionError */
export function checkTagChange(
  cluster: Cluster,
  access: Access,
  identity: string,
  vmid: number,
  before: string,
  after: string,
): void {
  access.check(identity, `/vms/${vmid}`, 'VM.Config.Options');
  if (access.has(identity, '/', 'Sys.Modify')) return;
  const [old, wanted] = [new Set(splitList(before)), new Set(splitList(after))];
  const changed = [...new Set([...old, ...wanted])].filter(tag => old.has(tag) !== wanted.has(tag));
  const { userTagAccess, registeredTags } = cluster.options;
  const mode = userTagAccess?.allow ?? 'free';
  const usable = new Set(mode === 'free' ? [] : allowedTags(cluster, access, identity));
  for (const tag of changed) {
    if (registeredTags.includes(tag) || (mode !== 'free' && !usable.has(tag))) {
      throw new PermissionError(`/, Sys.Modify for modifying tag '${tag}'`);
    }
  }
}
