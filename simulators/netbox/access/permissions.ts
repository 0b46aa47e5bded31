import type { Json } from '../json';
import type { ObjectType } from '../model/object-type';
import { type Row, valueOf } from '../store/row';
import type { World } from '../store/world';
import { matches } from './lookups';
import { store } from './tokens';

/** The last four are those of branches. */
export type Action = 'view' | 'add' | 'change' | 'delete' | 'sync' | 'merge' | 'revert' | 'archive';

/** Which rows a user may act on: null when none, whatever the row; a test otherwise. */
export type Grant = ((row: Row) => boolean) | null;

/**
 * What NetBox's object permissions grant: superusers everything; others the union of their enabled permissions that
 * name the model and the action, each within its constraints.
 */
export function grantOf(world: World, user: Row, type: ObjectType, action: Action): Grant {
  if (valueOf(user, 'is_superuser') === true) return () => true;
  const constraints: Json[] = [];
  for (const permission of world.table('users.objectpermission').find('users', user.id)) {
    if (valueOf(permission, 'enabled') === false) continue;
    if (!lists(permission, 'object_types', type.key) || !lists(permission, 'actions', action)) continue;
    constraints.push(valueOf(permission, 'constraints'));
  }
  // `DEFAULT_PERMISSIONS`: everybody may do everything to their own tokens.
  if (type.key === 'users.token') constraints.push({ user: '$user' });
  if (constraints.length === 0) return null;
  if (constraints.some(each => each === null)) return () => true;
  return row => constraints.some(each => matches(world, type, row, each, user));
}

function lists(permission: Row, field: string, wanted: string): boolean {
  const values = valueOf(permission, field);
  return Array.isArray(values) && values.includes(wanted);
}

/** One permission, as the control interface and tests state it. */
export interface PermissionSpec {
  /** Content types; absent means every model. */
  readonly objectTypes?: readonly string[];
  readonly actions: readonly Action[];
  /** NetBox's constraints: an object of lookups, or a list of such of which one must hold. */
  readonly constraints?: Json;
}

/** Replaces all permissions of a user. */
export function setPermissions(world: World, user: Row, specs: readonly PermissionSpec[]): void {
  for (const permission of world.table('users.objectpermission').find('users', user.id))
    world.remove('users.objectpermission', permission.id);
  specs.forEach((spec, index) => {
    store(world, 'users.objectpermission', {
      name: `${String(valueOf(user, 'username'))} ${index + 1}`,
      description: '',
      enabled: true,
      object_types: [...(spec.objectTypes ?? world.types.map(type => type.key))].sort(),
      actions: [...spec.actions],
      constraints: spec.constraints ?? null,
      users: [user.id],
    });
  });
}
