import type { Permission } from '../../../domain/people/permissions';
import { rightsOf, type Grant } from '../../../domain/people/rights';
import type { Queryable } from '../../queryable';

export interface Person {
  id: string;
  username: string;
}

/** Everybody who holds a permission on an endpoint: by roles of their own, and by those of their groups. Whoever is disabled holds none. */
export async function listHolders(db: Queryable, permission: Permission, endpointId: string): Promise<Person[]> {
  const { rows } = await db.query<Person & Grant>(
    `select u.id, u.username, r.permissions, b.endpoint_id as "endpointId" from app_user u
       join role_binding b on b.user_id = u.id or b.group_id in (select group_id from user_group_member where user_id = u.id)
       join role r on r.id = b.role_id
      where u.enabled order by lower(u.username)`,
  );
  const people = new Map<string, Person>();
  for (const { id, username, ...grant } of rows)
    if (rightsOf([grant]).holds(permission, endpointId)) people.set(id, { id, username });
  return [...people.values()];
}

/** Everybody who has a role, by its name in whatever case, everywhere or on an endpoint: of their own, or by their groups. */
export async function listWithRole(db: Queryable, role: string, endpointId: string): Promise<Person[]> {
  const { rows } = await db.query<Person>(
    `select u.id, u.username from app_user u
      where u.enabled and exists (
        select from role_binding b join role r on r.id = b.role_id
         where (b.user_id = u.id or b.group_id in (select group_id from user_group_member where user_id = u.id))
           and lower(r.name) = lower($1) and (b.endpoint_id is null or b.endpoint_id = $2))
      order by lower(u.username)`,
    [role, endpointId],
  );
  return rows;
}
