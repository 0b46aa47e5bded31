/** `/access/permissions`: path → privilege → whether it propagates to the paths below. */
export type Permissions = Readonly<Record<string, Readonly<Record<string, boolean>>>>;

/**
 * Whether the caller holds a privilege on a path. The nearest listed path decides: a listed path says everything about itself (a pool
 * member's `/vms/ID` is listed with its own rights), and lends downwards only what propagates.
 */
export function hasPrivilege(permissions: Permissions, path: string, privilege: string): boolean {
  const exact = permissions[path];
  if (exact) return exact[privilege] !== undefined;
  for (let parent = parentOf(path); parent !== null; parent = parentOf(parent)) {
    const listed = permissions[parent];
    if (listed) return listed[privilege] === true;
  }
  return false;
}

function parentOf(path: string): string | null {
  if (path === '/') return null;
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
