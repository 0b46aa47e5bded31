import type { BuiltInRole } from '../../../domain/people/roles';
import type { Queryable } from '../../queryable';

export interface RoleFields {
  name: string;
  description: string;
  permissions: readonly string[];
}

export interface Role extends RoleFields {
  id: string;
  builtIn: boolean;
  version: number;
}

const COLUMNS = 'id, name, description, permissions, built_in as "builtIn", version';

export async function listRoles(db: Queryable): Promise<Role[]> {
  const { rows } = await db.query<Role>(`select ${COLUMNS} from role order by built_in desc, lower(name)`);
  return rows;
}

export async function findRole(db: Queryable, id: string): Promise<Role | undefined> {
  const { rows } = await db.query<Role>(`select ${COLUMNS} from role where id = $1`, [id]);
  return rows[0];
}

/** The role, which nobody else changes until the transaction ends. */
export async function lockRole(db: Queryable, id: string): Promise<Role | undefined> {
  const { rows } = await db.query<Role>(`select ${COLUMNS} from role where id = $1 for update`, [id]);
  return rows[0];
}

/** By id, or by name in whatever case. */
export async function findRoleNamed(db: Queryable, nameOrId: string): Promise<Role | undefined> {
  const { rows } = await db.query<Role>(`select ${COLUMNS} from role where id::text = lower($1) or lower(name) = lower($1)`, [
    nameOrId,
  ]);
  return rows[0];
}

/** Unique violation of `role_name_key` when the name is taken, in whatever case. */
export async function insertRole(db: Queryable, id: string, { name, description, permissions }: RoleFields): Promise<Role> {
  const { rows } = await db.query<Role>(
    `insert into role (id, name, description, permissions) values ($1, $2, $3, $4) returning ${COLUMNS}`,
    [id, name, description, permissions],
  );
  return only(rows);
}

/** Unique violation of `role_name_key` when the name is taken, in whatever case. */
export async function updateRole(db: Queryable, id: string, { name, description, permissions }: RoleFields): Promise<Role> {
  const { rows } = await db.query<Role>(
    `update role set name = $2, description = $3, permissions = $4, version = version + 1, updated_at = now()
      where id = $1 returning ${COLUMNS}`,
    [id, name, description, permissions],
  );
  return only(rows);
}

/** Foreign key violation of `role_binding_role_id_fkey` while somebody has it. */
export async function deleteRole(db: Queryable, id: string): Promise<void> {
  await db.query('delete from role where id = $1', [id]);
}

/** Writes the roles of this release. Several processes may do so at once. */
export async function writeBuiltInRoles(db: Queryable, roles: readonly BuiltInRole[]): Promise<void> {
  for (const { name, description, permissions } of roles) {
    await db.query(
      `insert into role as r (name, description, permissions, built_in) values ($1, $2, $3, true)
       on conflict (lower(name)) do update
         set description = excluded.description, permissions = excluded.permissions, built_in = true, updated_at = now()
         where (r.description, r.permissions, r.built_in) is distinct from (excluded.description, excluded.permissions, true)`,
      [name, description, permissions],
    );
  }
}

function only(rows: Role[]): Role {
  const [row] = rows;
  if (row === undefined) throw new Error('The role is gone: lock it before changing it.');
  return row;
}
