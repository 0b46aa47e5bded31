import { randomUUID } from 'node:crypto';
import type { OidcConfig } from '../../../config/oidc';
import { inTransaction, type Queryable } from '../../../database/queryable';
import {
  findExternalUser,
  insertExternalUser,
  linkClaimedNetBoxUser,
  replaceOidcRoles,
} from '../../../database/repositories/people/oidc';
import { findRoleNamed } from '../../../database/repositories/people/roles';
import type { User } from '../../../database/repositories/people/users';
import type { AuditActor } from '../../../domain/audit/record';
import { usernamePattern } from '../../../domain/people/names';
import { nobody } from '../../audit/audit-requests';
import type { Auditor } from '../../audit/auditor';
import type { ApiDatabase, ApiLog } from '../../dependencies';
import { Problem } from '../../errors';
import { type NewSession, openSession } from '../sign-in';
import type { ExternalPerson } from './provider';

interface Needs {
  database: ApiDatabase;
  log: ApiLog;
  config: Pick<OidcConfig, 'rolesOfGroup'>;
}

/** Names that are tried when somebody here is called like somebody there. */
const MOST_NAMES = 50;

/**
 * A session for somebody whom the provider knows. They are found by issuer and subject, and made when they come for the first time. Their groups' roles are
 * those of this sign-in.
 * @throws Problem `sign-in-refused` for whoever is disabled here.
 */
export async function signInExternal(
  { database, log, config }: Needs,
  audit: Auditor,
  person: ExternalPerson,
  { address, userAgent }: { address: string | undefined; userAgent: string | undefined },
): Promise<NewSession> {
  const user = (await findExternalUser(database, person.issuer, person.subject)) ?? (await createUser(database, audit, person));
  const actor: AuditActor = { ...nobody, kind: 'user', id: user.id, name: user.username, authenticatedBy: 'oidc' };
  const signIn = {
    action: 'session.sign-in',
    object: { type: 'user', id: user.id },
    detail: { username: user.username, address, issuer: person.issuer },
  } as const;
  if (!user.enabled) {
    await audit.event(signIn, 'refused', actor);
    throw new Problem('sign-in-refused', `Your user ${user.username} is disabled here. An administrator can enable it.`);
  }
  await takeOver(database, audit, actor, user, person, await rolesOf(database, log, config, person.groups));
  await audit.event(signIn, 'succeeded', actor);
  return openSession(database, user.id, userAgent);
}

async function createUser(database: ApiDatabase, audit: Auditor, person: ExternalPerson): Promise<User> {
  const { issuer, subject, displayName, email = null } = person;
  const create = async (): Promise<User> => {
    for (const username of namesFor(person)) {
      const made = await insertExternalUser(database, {
        id: randomUUID(),
        username,
        displayName: displayName.slice(0, 200),
        email: email?.slice(0, 254) ?? null,
        issuer,
        subject,
      });
      // Not made: the name is taken, or another sign-in of theirs was faster.
      const user = await findExternalUser(database, issuer, subject);
      if (user !== undefined) return user;
      if (made) break;
    }
    throw new Problem('sign-in-refused', 'No free name was found for you here. An administrator can rename who has yours.');
  };
  return audit.effect(
    { action: 'user.create', object: { type: 'user', id: null }, detail: { issuer, subject } },
    create,
    after => ({
      object: { type: 'user', id: after.id },
      detail: { username: after.username },
      after,
    }),
  );
}

function namesFor({ username, subject }: ExternalPerson): string[] {
  const wished =
    [username, subject].find(name => name !== undefined && usernamePattern.test(name) && name.length <= 140) ?? 'user';
  return [wished, ...Array.from({ length: MOST_NAMES }, (_, n) => `${wished}-${n + 2}`)];
}

/** The ids of the roles that somebody's groups give. */
async function rolesOf(db: Queryable, log: ApiLog, { rolesOfGroup }: Needs['config'], groups: string[]): Promise<string[]> {
  const names = new Set(groups.flatMap(group => (Object.hasOwn(rolesOfGroup, group) ? (rolesOfGroup[group] ?? []) : [])));
  const ids: string[] = [];
  for (const name of names) {
    const role = await findRoleNamed(db, name);
    if (role === undefined) log.warn({ role: name }, 'PROXBOX_OIDC_ROLES names a role that does not exist');
    else ids.push(role.id);
  }
  return ids;
}

/** What the provider decides about a person: the roles of their groups, and who they are in NetBox. */
async function takeOver(
  database: ApiDatabase,
  audit: Auditor,
  actor: AuditActor,
  { id, username, netboxUsername: before }: User,
  { netboxUsername }: ExternalPerson,
  roleIds: string[],
): Promise<void> {
  const object = { type: 'user', id };
  const { given, taken } = await inTransaction(database, db => replaceOidcRoles(db, id, roleIds));
  const detail = { username, by: 'groups of the sign-in provider' };
  for (const role of taken)
    await audit.event({ action: 'user.take-role', object, detail: { ...detail, role } }, 'succeeded', actor);
  for (const role of given)
    await audit.event({ action: 'user.give-role', object, detail: { ...detail, role } }, 'succeeded', actor);
  if (netboxUsername === undefined || netboxUsername === before) return;
  const linked = await linkClaimedNetBoxUser(database, id, netboxUsername);
  const link = {
    action: 'user.link-netbox',
    object,
    detail: { username, netboxUsername, proof: 'claim of the sign-in provider' },
  } as const;
  await audit.event(link, linked ? 'succeeded' : 'refused', actor);
}
