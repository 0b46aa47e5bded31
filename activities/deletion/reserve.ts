/** The addresses that a merged delete took stay in NetBox, reserved, for as long as the guest may still have them. May be repeated. */
import { NetBoxNotFoundError } from '../../clients/netbox/errors';
import type { NetBoxObject } from '../../clients/netbox/object';
import type { Loss } from '../../database/repositories/deletion/losses';
import type { Deletion } from '../../database/repositories/deletion/requests';
import { pathOf, refIn, restoredTypes, restoredValues, withoutEmpty, type Known } from '../../domain/deletion/restore';
import { isFinal } from '../../domain/deletion/states';
import { choiceIn, textIn } from '../../domain/reflection/kind';
import type { DeletionDeps } from './deps';
import { refusalOf } from './netbox-refusal';
import { readKnown } from './netbox-names';
import { auditEntry, guestLabel } from './request';

type Needs = Pick<DeletionDeps, 'store' | 'netbox' | 'audit' | 'publicUrl'>;

const path = pathOf[restoredTypes.address];
const longestDescription = 200;

export const changelogMessage = ({ id }: Pick<Deletion, 'id'>): string => `Deletion request ${id}`;

const isAddress = ({ objectType }: Loss): boolean => objectType === restoredTypes.address;

export async function reserveAddresses(deps: Needs, request: Deletion): Promise<void> {
  if (isFinal(request.state)) return;
  const lost = (await deps.store.listLosses(request.id)).filter(loss => isAddress(loss) && loss.state === 'lost');
  if (lost.length === 0) return;
  const known = (await readKnown(deps.netbox, lost))(restoredTypes.address);
  const addresses = lost.map(({ original }) => textIn(original['address']));
  const seq = await deps.audit.begin(auditEntry(request, 'deletion.reserve', { addresses }));
  try {
    for (const loss of lost) await reserve(deps, request, loss, known);
    await deps.audit.complete(seq, { result: 'succeeded' });
  } catch (error) {
    await deps.audit.complete(seq, { result: 'failed' });
    throw error;
  }
}

/** Two workflows may do it at the same time, where one was lost and is started again: of what both made the first one stays. */
async function reserve(deps: Needs, request: Deletion, loss: Loss, known: Known): Promise<void> {
  const { netbox, store } = deps;
  const values = { status: 'reserved', description: descriptionOf(deps, request) };
  const options = { changelogMessage: changelogMessage(request) };
  const rows = await rowsOf(deps, loss);
  const there = oursIn(rows, request)[0] ?? rows.find(row => row.id === loss.objectId);
  const [other] = rows;
  if (there === undefined && other !== undefined) {
    const message = `It was not reserved: another object in NetBox (${other.id}) is that address.`;
    return store.noteLoss(request.id, loss, { state: 'missing', message });
  }
  let refusal = 'Somebody changed it meanwhile.';
  try {
    const { values: original } = restoredValues(restoredTypes.address, loss.original, known);
    if (there) await netbox.update(path, there.id, values, options);
    else await netbox.create(path, withoutEmpty({ ...original, ...values }), options);
  } catch (error) {
    refusal = refusalOf(error);
  }
  const [kept, ...doubles] = oursIn(await rowsOf(deps, loss), request);
  for (const { id } of doubles) await netbox.remove(path, id, options).catch(unlessGone);
  await store.noteLoss(
    request.id,
    loss,
    kept ? { state: 'reserved', standIn: kept.id } : { state: 'missing', message: `It was not reserved: ${refusal}` },
  );
}

/** Every object that is the address of a loss, in the same table. */
export async function rowsOf({ netbox }: Pick<DeletionDeps, 'netbox'>, { original }: Loss): Promise<NetBoxObject[]> {
  const rows = await netbox.listAll(path, { filters: { address: textIn(original['address']) } });
  return rows.filter(row => refIn(row['vrf']) === refIn(original['vrf']));
}

/** Which the reservation says as well, so that whoever finds it knows why. */
function descriptionOf({ publicUrl }: Pick<DeletionDeps, 'publicUrl'>, request: Deletion): string {
  const link = publicUrl === undefined ? `deletion request ${request.id}` : `${publicUrl}/ui/deletions/${request.id}`;
  const text = `Reserved while the deletion of ${guestLabel(request)} is decided: `;
  return `${text.slice(0, Math.max(0, longestDescription - link.length))}${link}`;
}

export const isOurs = (row: NetBoxObject, { id }: Pick<Deletion, 'id'>): boolean =>
  choiceIn(row['status']) === 'reserved' && textIn(row['description']).includes(id);

/** Reservations for the request that nobody has taken into use, oldest first. */
const oursIn = (rows: readonly NetBoxObject[], request: Deletion): NetBoxObject[] =>
  rows.filter(row => isOurs(row, request) && refIn(row['assigned_object_id']) === null).sort((a, b) => a.id - b.id);

/** The guest is gone: what was reserved for it is free, where nobody took it into use. */
export async function freeAddresses(deps: Needs, request: Deletion): Promise<void> {
  const { store } = deps;
  for (const loss of (await store.listLosses(request.id)).filter(each => isAddress(each) && each.state === 'reserved')) {
    for (const row of oursIn(await rowsOf(deps, loss), request)) await free(deps, request, loss, row);
    await store.noteLoss(request.id, loss, { state: 'freed' });
  }
}

/** One that the merge had left, assigned to nothing, is as it was; any other had been deleted and is. */
async function free({ netbox }: Needs, request: Deletion, { objectId, original }: Loss, row: NetBoxObject): Promise<void> {
  const options = { changelogMessage: changelogMessage(request) };
  const { status = 'active', description = '' } = original;
  await (
    row.id === objectId ? netbox.update(path, row.id, { status, description }, options) : netbox.remove(path, row.id, options)
  ).catch(unlessGone);
}

function unlessGone(error: unknown): void {
  if (!(error instanceof NetBoxNotFoundError)) throw error;
}
