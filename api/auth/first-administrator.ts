import { randomUUID } from 'node:crypto';
import type { Config } from '../../config/config';
import { inTransaction } from '../../database/queryable';
import {
  adoptKeys,
  claimFirstAdministrator,
  hasFirstAdministrator,
} from '../../database/repositories/people/first-administrator';
import { bindRole } from '../../database/repositories/people/role-bindings';
import { findRoleNamed } from '../../database/repositories/people/roles';
import { insertToken } from '../../database/repositories/people/tokens';
import { insertUser } from '../../database/repositories/people/users';
import { ADMINISTRATOR } from '../../domain/people/roles';
import type { Auditor } from '../audit/auditor';
import type { ApiDatabase } from '../dependencies';
import { generatePassword, hashPassword } from './passwords';
import { mintToken } from './tokens';

/** What nobody can read a second time. */
export interface FirstSecrets {
  username: string;
  password: string;
  token: string;
}

/**
 * Makes the first administrator of a database that never had one. Of processes that start together one does. With a password from the
 * environment there is nothing to show; else the result is what was made up: password and a first token. When they are lost, the key of the
 * environment can set a password.
 */
export async function makeFirstAdministrator(
  database: ApiDatabase,
  audit: Auditor,
  { username, password }: Config['api']['administrator'],
): Promise<FirstSecrets | undefined> {
  if (await hasFirstAdministrator(database)) return undefined;
  const made = { username, password: password?.reveal() ?? generatePassword() };
  const passwordHash = await hashPassword(made.password);
  const userId = randomUUID();
  const token = mintToken({ userId, createdBy: userId, name: 'first start' });

  const claimed = await inTransaction(database, async db => {
    if (!(await claimFirstAdministrator(db, userId))) return false;
    await insertUser(db, userId, { username, displayName: '', email: null, enabled: true }, passwordHash);
    const role = await findRoleNamed(db, ADMINISTRATOR);
    if (role === undefined) throw new Error('The built-in roles are missing: write them first.');
    await bindRole(db, { id: randomUUID(), userId, roleId: role.id, endpointId: null });
    await adoptKeys(db, userId);
    if (password === undefined) await insertToken(db, token.row);
    return true;
  });
  if (claimed) {
    const detail = { username, role: ADMINISTRATOR, first: true };
    await audit.event({ action: 'user.create', object: { type: 'user', id: userId }, detail }, 'succeeded');
  }
  return claimed && password === undefined ? { ...made, token: token.secret } : undefined;
}
