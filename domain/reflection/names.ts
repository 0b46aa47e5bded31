/**
 * Names of VMs in NetBox: at most 64 characters and unique in a cluster whatever their case, while Proxmox allows any number
 * of guests with one name. A name once given is kept as long as the guest's own name stays, so a new guest renames nobody.
 */
export const maxNameLength = 64;

export interface NameRequest<K> {
  key: K;
  vmid: number;
  /** What Proxmox calls it. */
  source: string;
  /** What it was given before, for which source, and what NetBox shows now; absent for a new guest. */
  before?: { source: string; given: string; shown: string };
}

export interface GivenName {
  name: string;
  /** Set when the bare name was taken: by whom it was taken decides nothing, the number is the smallest free one. */
  suffixed: boolean;
}

/**
 * @param taken names in this cluster that belong to no guest of the request, e.g. VMs made by hand.
 * @returns names in the order in which they must be written, so that a name is free before another guest gets it.
 */
export function giveNames<K>(requests: NameRequest<K>[], taken: Iterable<string>): Map<K, GivenName> {
  const given = new Map<K, GivenName>();
  const held = new Set([...taken].map(fold));
  const renamed: NameRequest<K>[] = [];
  const inOrder = [...requests].sort((a, b) => a.vmid - b.vmid);

  for (const request of inOrder) {
    if (!request.before) continue;
    held.add(fold(request.before.shown));
    if (request.before.source === request.source) given.set(request.key, asGiven(request, request.before.given));
    else renamed.push(request);
  }
  for (const request of releasedFirst(renamed, held)) {
    held.delete(fold(request.before!.shown));
    give(request);
  }
  for (const request of inOrder) if (!request.before) give(request);
  return given;

  function give(request: NameRequest<K>): void {
    const name = freeName(request.source, held);
    held.add(fold(name));
    given.set(request.key, asGiven(request, name));
  }
}

const fold = (name: string): string => name.toLowerCase();
const asGiven = <K>(request: NameRequest<K>, name: string): GivenName => ({ name, suffixed: name !== cut(request.source, '') });

/** Renames whose new name nobody holds go first and free their old one; what is left waits for itself in a circle. */
function releasedFirst<K>(renamed: NameRequest<K>[], heldNow: Set<string>): NameRequest<K>[] {
  const held = new Set(heldNow);
  const waiting = new Set(renamed);
  const ordered: NameRequest<K>[] = [];
  for (let moved = true; moved && waiting.size > 0;) {
    moved = false;
    for (const request of waiting) {
      const own = fold(request.before!.shown);
      if (held.has(fold(cut(request.source, ''))) && fold(cut(request.source, '')) !== own) continue;
      waiting.delete(request);
      held.delete(own);
      held.add(fold(cut(request.source, '')));
      ordered.push(request);
      moved = true;
    }
  }
  return [...ordered, ...waiting];
}

function freeName(source: string, held: Set<string>): string {
  for (let n = 1; ; n++) {
    const name = cut(source, n === 1 ? '' : ` (${n})`);
    if (!held.has(fold(name))) return name;
  }
}

const cut = (source: string, suffix: string): string => source.slice(0, maxNameLength - suffix.length) + suffix;
