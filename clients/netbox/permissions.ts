import { errorOf } from './classify';
import { NetBoxNotFoundError, NetBoxPermissionError } from './errors';
import { isRecord } from './field-errors';
import type { NetBoxPath } from './object';
import type { Transport } from './transport';

/** What a token may do to the objects of one path. */
export interface AllowedActions {
  readonly view: boolean;
  readonly add: boolean;
  readonly change: boolean;
  readonly delete: boolean;
}

/** Never an id of NetBox's: permissions are checked before the object is looked for. */
const NOBODY = 0;

/**
 * Asks without changing anything: OPTIONS tells what may be added and changed, and says nothing of viewing and deleting, so one object that
 * does not exist is read, and asked to be deleted: 403 without the permission, else 404 (NetBox 4.5 to 4.7). A permission within constraints counts as one.
 */
export async function allowedActions(transport: Transport, path: NetBoxPath): Promise<AllowedActions> {
  const [described, view, remove] = await Promise.all([
    transport.read({ method: 'OPTIONS', path }),
    mayRead(transport, path),
    mayDelete(transport, path),
  ]);
  const actions = isRecord(described.body) && isRecord(described.body['actions']) ? described.body['actions'] : {};
  return { view, add: 'POST' in actions, change: 'PUT' in actions, delete: remove };
}

async function mayRead(transport: Transport, path: NetBoxPath): Promise<boolean> {
  try {
    await transport.read({ method: 'GET', path: `${path}/${NOBODY}` });
    return true;
  } catch (error) {
    return judged(error);
  }
}

async function mayDelete(transport: Transport, path: NetBoxPath): Promise<boolean> {
  const answer = await transport.write({ method: 'DELETE', path: `${path}/${NOBODY}` });
  return answer.status < 300 || judged(answer.status === 405 ? new NetBoxPermissionError('read only') : errorOf(answer));
}

function judged(error: unknown): boolean {
  if (error instanceof NetBoxNotFoundError) return true;
  if (error instanceof NetBoxPermissionError) return false;
  throw error;
}
