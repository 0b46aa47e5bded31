import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../database/queryable';
import { insertRequester } from '../../database/repositories/deletion/requesters';
import { findDeletionOfGuest, insertDeletion, lockDeletion, moveDeletion } from '../../database/repositories/deletion/requests';
import { listEndpoints, type Endpoint } from '../../database/repositories/endpoints';
import { loadGuests } from '../../database/repositories/guests';
import { loadGlobalSettings } from '../../database/repositories/settings';
import { deadlineOf } from '../../domain/deletion/deadline';
import { isFinal } from '../../domain/deletion/states';
import { decideGate, intentPermission } from '../../domain/intent/gate';
import type { GuestKind } from '../../domain/proxmox/guest-config';
import { effectiveValues } from '../../domain/settings/resolve';
import type { SettingValues } from '../../domain/settings/register';
import { permissionDenied } from '../auth/authorize';
import type { ApiDependencies } from '../dependencies';
import { findByIdOrName } from '../endpoints/find';
import { Problem } from '../errors';
import type { Asking } from '../runs/launch';
import type { DeletionStart } from '../temporal-starts';
import { personOf } from './rules';
import type { NewDeletionBody } from './schema';

type Needs = Pick<ApiDependencies, 'database' | 'temporal' | 'environment' | 'log'>;

export async function settingsNow({ database, environment }: Pick<Needs, 'database' | 'environment'>): Promise<SettingValues> {
  return effectiveValues({ environment, global: (await loadGlobalSettings(database)).values });
}

/** The person who asks, by id and name. @throws Problem `not-a-person` */
export function requirePersonOf(caller: Asking['caller']): { id: string; name: string } {
  const id = personOf(caller);
  if (id !== null) return { id, name: caller.name };
  throw new Problem(
    'not-a-person',
    'A deletion is asked for and decided by people. Sign in, or use a token that you made yourself.',
  );
}

/** With intent switched off, or an endpoint that is read-only, nothing is asked for and nothing approved. */
export function requireGate(values: SettingValues, endpoint: Endpoint | null): void {
  const gate = decideGate({ settings: values, endpoint, optIn: { by: 'request' } });
  if (gate.allowed) return;
  throw new Problem('intent-disabled', gate.reasons.map(({ code, message }) => `${code}: ${message}`).join(' '));
}

/** Opens a request, or joins the one that the guest has: whoever joins is a requester like the first. */
export async function askForDeletion(
  needs: Needs,
  { caller, audit }: Asking,
  body: NewDeletionBody,
): Promise<{ id: string; joined: boolean }> {
  const { database } = needs;
  const person = requirePersonOf(caller);
  const endpoint = await endpointOf(needs, caller, body.endpoint_id);
  const values = await settingsNow(needs);
  requireGate(values, endpoint);
  const kind = await kindOf(needs, endpoint, body);
  const permission = intentPermission('delete', kind);
  if (!caller.permissions(permission, endpoint.id)) throw permissionDenied(permission);

  const id = randomUUID();
  const ask = async (): Promise<{ id: string; joined: boolean }> =>
    inTransaction(database, async db => {
      const requester = { userId: person.id, name: person.name, heldAtRequest: true };
      const isNew = await insertDeletion(db, {
        id,
        endpointId: endpoint.id,
        endpointName: endpoint.name,
        kind,
        vmid: body.vmid,
        name: null,
        netboxId: null,
        source: 'request',
        changeId: null,
        optIn: { by: 'request' },
        reason: body.reason,
        state: 'pending',
        deadline: new Date(deadlineOf(Date.now(), values.intent_deletion_request_ttl_days)),
      });
      if (isNew) {
        await insertRequester(db, id, { ...requester, how: 'asked' });
        return { id, joined: false };
      }
      const open = await findDeletionOfGuest(db, endpoint.id, body.vmid);
      const locked = open && (await lockDeletion(db, open.id));
      if (!locked || isFinal(locked.state) || locked.state === 'executing') {
        throw new Problem('deletion-closing', 'The request of this guest before is just ending. Ask again in a moment.');
      }
      if (locked.kind !== kind)
        throw new Problem('target-mismatch', `The open request of VMID ${body.vmid} is about ${locked.kind}.`);
      await insertRequester(db, locked.id, { ...requester, how: locked.state === 'needs_requester' ? 'adopted' : 'joined' });
      if (locked.state === 'needs_requester') await moveDeletion(db, locked.id, { from: 'needs_requester', to: 'pending' });
      return { id: locked.id, joined: true };
    });
  const detail = { vmid: body.vmid, kind, reason: body.reason };
  const object = { type: 'deletion-request', id } as const;
  const asked = await audit.effect({ action: 'deletion.request', object, endpointId: endpoint.id, detail }, ask, done => ({
    object: { ...object, id: done.id },
    detail: { joined: done.joined },
  }));
  await startWorkflow(needs, {
    requestId: asked.id,
    endpointId: endpoint.id,
    vmid: body.vmid,
    actor: person.name,
    about: labelOf(endpoint, body.vmid, null),
  });
  return asked;
}

/** What cannot be started now is started within a minute of Temporal's return: the request is in the database. */
export async function startWorkflow({ temporal, log }: Pick<Needs, 'temporal' | 'log'>, start: DeletionStart): Promise<void> {
  try {
    await temporal.startDeletion(start);
  } catch (error) {
    log.warn({ requestId: start.requestId, err: error }, 'the workflow of a deletion request could not be started now');
  }
}

export const labelOf = (endpoint: { name: string }, vmid: number, name: string | null): string =>
  `${vmid}${name === null ? '' : ` (${name})`} of ${endpoint.name}`;

async function endpointOf({ database }: Needs, caller: Asking['caller'], wanted: string | undefined): Promise<Endpoint> {
  const visible = (await listEndpoints(database)).filter(({ id }) => caller.sees(id));
  const found = wanted === undefined ? (visible.length === 1 ? visible[0] : undefined) : findByIdOrName(wanted, visible);
  if (found) return found;
  const detail = 'No endpoint has this id or name.';
  throw new Problem('invalid-body', detail, { errors: [{ pointer: '/endpoint_id', detail }] });
}

/** The kind as the last sync saw it. A guest that none saw needs its kind said. */
async function kindOf({ database }: Needs, endpoint: Endpoint, { vmid, kind }: NewDeletionBody): Promise<GuestKind> {
  const guests = await loadGuests(database, endpoint.id);
  const given = kind === undefined ? undefined : kind === 'lxc' ? 'lxc' : 'qemu';
  const known = (['qemu', 'lxc'] as const).filter(each => guests.has(`${each}/${vmid}`));
  const only = known.length === 1 ? known[0] : undefined;
  const found = given ?? only;
  if (found === undefined) {
    const detail = 'No sync has seen a guest with this VMID. Say whether it is qemu or lxc.';
    throw new Problem('invalid-body', detail, { errors: [{ pointer: '/kind', detail }] });
  }
  if (only !== undefined && given !== undefined && only !== given) {
    throw new Problem('target-mismatch', `VMID ${vmid} is ${only}, not ${given}.`);
  }
  return found;
}
