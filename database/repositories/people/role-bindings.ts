import type { Grant } from '../../../domain/people/rights';
import { ADMINISTRATOR } from '../../../domain/people/roles';
import type { Queryable } from '../../queryable';

/** A role that a user has, everywhere or on one endpoint. */
export interface RoleBinding {
  id: string;
  role: { id: string; name: string };
  /** Null: everywhere. */
  endpoint: { id: string; name: string } | null;
  createdAt: Date;
}

interface BindingRow {
  id: string;
  role_id: string;
  role_name: string;
  endpoint_id: string | null;
  endpoint_name: string | null;
  created_at: Date;
}

/** What a user may do: by roles of their own, and by those of their groups. Nothing for whoever is unknown or disabled. */
export async function grantsOf(db: Queryable, userId: string): Promise<Grant[]> {
  const { rows } = await db.query<Grant>(
    `select r.permissions, b.endpoint_id as "endpointId" from role_binding b join role r on r.id = b.role_id
      where (b.user_id = $1 or b.group_id in (select group_id from user_group_member where user_id = $1))
        and exists (select from app_user where id = $1 and enabled)`,
    [userId],
  );
  return rows;
}

/** The roles that were given to a user alone. */
export async function listBindings(db: Queryable, userId: string): Promise<RoleBinding[]> {
  const { rows } = await db.query<BindingRow>(
    `select b.id, b.role_id, r.name as role_name, b.endpoint_id, e.name as endpoint_name, b.created_at
       from role_binding b join role r on r.id = b.role_id left join endpoint e on e.id = b.endpoint_id
      where b.user_id = $1 order by lower(r.name), lower(e.name) nulls first`,
    [userId],
  );
  return rows.map(row => ({
    id: row.id,
    role: { id: row.role_id, name: row.role_name },
    endpoint: row.endpoint_id === null ? null : { id: row.endpoint_id, name: row.endpoint_name ?? '' },
    createdAt: row.created_at,
  }));
}

/** Somebody who has a role, everywhere or on one endpoint. */
export interface RoleHolder extends Pick<RoleBinding, 'id' | 'endpoint'> {
  /** Null where a group of users has it. */
  user: { id: string; username: string } | null;
  group: string | null;
}

export async function listRoleHolders(db: Queryable, roleId: string): Promise<RoleHolder[]> {
  const { rows } = await db.query<RoleHolder>(
    `select b.id, g.name as group, case when u.id is not null then json_build_object('id', u.id, 'username', u.username) end as user,
            case when e.id is not null then json_build_object('id', e.id, 'name', e.name) end as endpoint
       from role_binding b left join app_user u on u.id = b.user_id left join user_group g on g.id = b.group_id
            left join endpoint e on e.id = b.endpoint_id
      where b.role_id = $1 order by lower(coalesce(u.username, g.name)), lower(e.name) nulls first`,
    [roleId],
  );
  return rows;
}

/** How many users and groups have each role, by its id; a role that nobody has is absent. */
export async function countRoleHolders(db: Queryable): Promise<Map<string, number>> {
  const { rows } = await db.query<{ id: string; count: number }>(
    `select role_id as id, count(distinct coalesce(user_id, group_id))::integer as count from role_binding group by role_id`,
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}

export interface NewBinding {
  id: string;
  userId: string;
  roleId: string;
  endpointId: string | null;
}

/** When the user has that role there already, nothing changes but that it is a person's gift, which no sign-in takes away. */
export async function bindRole(db: Queryable, { id, userId, roleId, endpointId }: NewBinding): Promise<void> {
  await db.query(
    `insert into role_binding (id, user_id, role_id, endpoint_id) values ($1, $2, $3, $4)
     on conflict (coalesce(user_id, group_id), role_id, coalesce(endpoint_id, '00000000-0000-0000-0000-000000000000'))
     do update set given_by = 'person'`,
    [id, userId, roleId, endpointId],
  );
}

/** False when the user has no such binding. */
export async function unbindRole(db: Queryable, userId: string, bindingId: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from role_binding where id = $1 and user_id = $2', [bindingId, userId]);
  return rowCount === 1;
}

/** Makes everybody wait who wants to take rights away from an administrator, until the transaction ends. */
export async function lockAdministrators(db: Queryable): Promise<void> {
  await db.query('select from role where name = $1 for update', [ADMINISTRATOR]);
}

/** Enabled users who are administrators everywhere, by a role that a person gave them: a group may lose its members elsewhere. */
export async function countAdministrators(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(distinct u.id)::integer as count
       from app_user u join role_binding b on b.user_id = u.id join role r on r.id = b.role_id
      where u.enabled and r.name = $1 and b.endpoint_id is null and b.given_by = 'person'`,
    [ADMINISTRATOR],
  );
  return rows[0]?.count ?? 0;
}
