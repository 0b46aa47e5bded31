import { randomUUID } from 'node:crypto';
import { listEndpoints, type Endpoint } from '../../database/repositories/endpoints';
import type { Queryable } from '../../database/queryable';
import type { PostedChange, PostedCloudInit, PostedPayload } from '../../domain/intent/changes/posted-change';
import { readUserDataField } from '../../domain/intent/cloud-init/user-data';
import type { Identity } from '../auth/identity';
import { findByIdOrName } from '../endpoints/find';
import { Problem, type ProblemDetail } from '../errors';
import type { PostedDiff } from './schema';

/** A secret that was posted, and the id by which a change refers to it. */
export interface PostedSecret {
  id: string;
  plain: string;
}

/** What was posted, with names made ids and secrets taken out. An endpoint on which the caller may see nothing does not exist for them. */
export async function askedOf(
  db: Queryable,
  { endpoint_id: common, diffs }: { endpoint_id?: string | undefined; diffs: readonly PostedDiff[] },
  caller: Pick<Identity, 'sees'>,
): Promise<{ changes: PostedChange[]; secrets: PostedSecret[] }> {
  const visible = (await listEndpoints(db)).filter(({ id }) => caller.sees(id));
  const errors: ProblemDetail[] = [];
  const secrets: PostedSecret[] = [];
  const changes = diffs.map((diff, index): PostedChange => {
    const endpoint = endpointOf(diff.endpoint_id ?? common, visible);
    if (endpoint === undefined)
      errors.push({ pointer: `/diffs/${index}/endpoint_id`, detail: 'No endpoint has this id or name.' });
    if (diff.op !== 'create' && diff.payload.vmid === undefined) {
      errors.push({ pointer: `/diffs/${index}/payload/vmid`, detail: 'Say which guest is meant.' });
    }
    if (diff.op === 'create' && (diff.payload.name ?? diff.payload.hostname) === undefined) {
      errors.push({ pointer: `/diffs/${index}/payload/name`, detail: 'A new guest needs a name.' });
    }
    const { password, hostname, name = hostname, cloud_init: cloudInit, ...payload } = diff.payload;
    const keep = (plain: string | undefined): string | undefined => {
      if (plain === undefined) return undefined;
      const id = randomUUID();
      secrets.push({ id, plain });
      return id;
    };
    const given: PostedPayload = {
      ...payload,
      name,
      cloud_init: cloudInit && withoutDocument(cloudInit, keep),
      password_secret: keep(password),
    };
    const kind = diff.kind === 'lxc' ? 'lxc' : 'qemu';
    return { op: diff.op, kind, endpointId: endpoint?.id ?? '', netbox_id: diff.netbox_id, payload: given };
  });
  if (errors.length > 0) throw new Problem('invalid-body', 'Some changes cannot be understood; errors lists them.', { errors });
  return { changes, secrets };
}

/** A document may hold passwords: it is kept as one. */
function withoutDocument(
  { user_data: data, ...cloudInit }: PostedCloudInit,
  keep: (plain: string) => string | undefined,
): PostedCloudInit {
  const isDocument = data !== undefined && data.trim() !== '' && readUserDataField(data).is === 'document';
  return isDocument ? { ...cloudInit, user_data_secret: keep(data) } : { ...cloudInit, user_data: data };
}

/** The only endpoint that there is need not be named. */
function endpointOf(name: string | undefined, visible: readonly Endpoint[]): Endpoint | undefined {
  if (name !== undefined) return findByIdOrName(name, [...visible]);
  return visible.length === 1 ? visible[0] : undefined;
}
