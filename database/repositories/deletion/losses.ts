import type { DeletedObject } from '../../../domain/intent/changes/guest-change';
import type { GuestKind } from '../../../domain/proxmox/guest-config';
import type { Queryable } from '../../queryable';

export type LossState = 'lost' | 'reserved' | 'restored' | 'freed' | 'missing';

/** An object that a merged delete took from NetBox, and what was done about it. */
export interface Loss extends DeletedObject {
  /** Id of the object that stands for it now: a reserved address, or what was brought back. */
  standIn: number | null;
  state: LossState;
  /** What of it could not be brought back, and why. */
  message: string | null;
}

interface Row extends Omit<Loss, 'objectId' | 'standIn'> {
  objectId: string;
  standIn: string | null;
}

/** Once for each object: whoever comes again finds them as they are. */
export async function insertLosses(db: Queryable, requestId: string, lost: readonly DeletedObject[]): Promise<void> {
  await db.query(
    `insert into deletion_loss (request_id, seq, object_type, object_id, original)
     select $1, n, item.type, item.id, item.original
       from unnest($2::text[], $3::bigint[], $4::jsonb[]) with ordinality as item (type, id, original, n) on conflict do nothing`,
    [
      requestId,
      lost.map(({ objectType }) => objectType),
      lost.map(({ objectId }) => objectId),
      lost.map(({ original }) => JSON.stringify(original)),
    ],
  );
}

/** The virtual machine first, then what went with it. */
export async function listLosses(db: Queryable, requestId: string): Promise<Loss[]> {
  const { rows } = await db.query<Row>(
    `select object_type as "objectType", object_id as "objectId", original, stand_in as "standIn", state, message
       from deletion_loss where request_id = $1 order by seq, object_type, object_id`,
    [requestId],
  );
  return rows.map(({ objectId, standIn, ...row }) => ({
    ...row,
    objectId: Number(objectId),
    standIn: standIn === null ? null : Number(standIn),
  }));
}

/** What was done about an object; without a stand-in the one that it has stays. */
export async function noteLoss(
  db: Queryable,
  requestId: string,
  { objectType, objectId }: Pick<Loss, 'objectType' | 'objectId'>,
  { state, standIn, message }: { state: LossState; standIn?: number; message?: string },
): Promise<void> {
  await db.query(
    `update deletion_loss set state = $4, stand_in = coalesce($5, stand_in), message = $6
      where request_id = $1 and object_type = $2 and object_id = $3`,
    [requestId, objectType, objectId, state, standIn, message],
  );
}

/** A guest whose virtual machine a merged delete took while its deletion is decided. */
export interface LostGuest {
  requestId: string;
  kind: GuestKind;
  vmid: number;
  /** Ids of the addresses that are reserved for it. */
  reserved: number[];
}

/** Until everything is cleaned up after their requests. */
export async function listLostGuests(db: Queryable, endpointId: string): Promise<LostGuest[]> {
  const { rows } = await db.query<Omit<LostGuest, 'reserved'> & { reserved: string[] }>(
    `select r.id as "requestId", r.kind, r.vmid,
       coalesce(array_agg(l.stand_in) filter (where l.object_type = 'ipam.ipaddress' and l.state = 'reserved'), '{}') as reserved
       from deletion_request r join deletion_loss l on l.request_id = r.id
      where r.endpoint_id = $1 and r.closed_at is null group by r.id order by r.id`,
    [endpointId],
  );
  return rows.map(({ reserved, ...row }) => ({ ...row, reserved: reserved.map(Number) }));
}

/** What an object of NetBox showed is shown by another one from now on. */
export async function moveLinks(
  db: Queryable,
  endpointId: string,
  kinds: readonly string[],
  from: number,
  to: number,
): Promise<void> {
  await db.query(
    `update reflected set netbox_id = $4, updated_at = now() where endpoint_id = $1 and kind = any($2) and netbox_id = $3
       and not exists (select from reflected other where other.kind = reflected.kind and other.netbox_id = $4)`,
    [endpointId, kinds, from, to],
  );
}
