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
  /** What it was given before and for which source, and what NetBox shows now, if it has its VM; absent for a new guest. */
  before?: { source: string; given: string; shown: string | undefined };
}

export interface GivenName {
  name: string;
  /** Set when the bare name was taken: by whom it was taken decides nothing, the number is the smallest free one. */
  suffixed: boolean;
}

/**
 * @param taken names in this cluster that belong to no guest of the request, e.g. VMs made by hand.
 * @returns names by guest. No two guests get one name, except that a VM which a person renamed in NetBox keeps the name it was given
 * here while another guest may have it there.
 */
export function giveNames<K>(requests: NameRequest<K>[], taken: Iterable<string>): Map<K, GivenName> {
  const given = new Map<K, GivenName>();
  const held = new Set([...taken].map(fold));
  const inOrder = [...requests].sort((a, b) => a.vmid - b.vmid);
  const shown = inOrder.flatMap(asShown);
  const renamed = shown.filter(({ request, before }) => before.source !== request.source);

  for (const { request, before } of shown) {
    held.add(fold(before.shown));
    if (before.source === request.source) keep(request, before.given);
  }
  // A VM that NetBox has lost gets its name back, unless somebody took it meanwhile.
  for (const request of inOrder) {
    const { before } = request;
    if (!before || before.shown !== undefined) continue;
    if (before.source !== request.source || held.has(fold(before.given))) continue;
    held.add(fold(before.given));
    keep(request, before.given);
  }
  for (const { request, before } of releasedFirst(renamed, held)) {
    held.delete(fold(before.shown));
    give(request);
  }
  for (const request of inOrder) if (!given.has(request.key)) give(request);
  return given;

  function give(request: NameRequest<K>): void {
    const name = freeName(request.source, held);
    held.add(fold(name));
    keep(request, name);
  }

  function keep(request: NameRequest<K>, name: string): void {
    given.set(request.key, { name, suffixed: name !== cut(request.source, '') });
  }
}

/** True for the guest's own name and for the same with a number. */
export const isNameOf = (source: string, name: string): boolean => {
  const suffix = / \(\d+\)$/.exec(name)?.[0] ?? '';
  return [cut(source, ''), cut(source, suffix)].map(fold).includes(fold(name));
};

interface Shown<K> {
  request: NameRequest<K>;
  before: { source: string; given: string; shown: string };
}

function asShown<K>(request: NameRequest<K>): Shown<K>[] {
  const { before } = request;
  return before?.shown === undefined ? [] : [{ request, before: { ...before, shown: before.shown } }];
}

const fold = (name: string): string => name.toLowerCase();

/** Renames whose new name nobody holds go first and free their old one; what is left waits for itself in a circle. */
function releasedFirst<K>(renamed: Shown<K>[], heldNow: Set<string>): Shown<K>[] {
  const held = new Set(heldNow);
  const waiting = new Set(renamed);
  const ordered: Shown<K>[] = [];
  for (let moved = true; moved && waiting.size > 0;) {
    moved = false;
    for (const item of waiting) {
      const own = fold(item.before.shown);
      const wanted = fold(cut(item.request.source, ''));
      if (held.has(wanted) && wanted !== own) continue;
      waiting.delete(item);
      held.delete(own);
      held.add(wanted);
      ordered.push(item);
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

/** NetBox keeps no blanks at the ends of a name. */
const cut = (source: string, suffix: string): string => source.slice(0, maxNameLength - suffix.length).trim() + suffix;
