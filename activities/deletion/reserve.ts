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

async function reserve(deps: Needs, request: Deletion, loss: Loss, known: Known): Promise<void> {
  const { netbox, store } = deps;
  const ours = { status: 'reserved', description: descriptionOf(deps, request) };
  const rows = await rowsOf(deps, loss);
  const there = rows.find(row => isOurs(row, request)) ?? rows.find(row => row.id === loss.objectId);
  const [other] = rows;
  if (there === undefined && other !== undefined) {
    const message = `It was not reserved: another object in NetBox (${other.id}) is that address.`;
    return store.noteLoss(request.id, loss, { state: 'missing', message });
  }
  try {
    const { values } = restoredValues(restoredTypes.address, loss.original, known);
    const { id } = there
      ? await netbox.update(path, there.id, ours, { changelogMessage: changelogMessage(request) })
      : await netbox.create(path, withoutEmpty({ ...values, ...ours }), { changelogMessage: changelogMessage(request) });
    await store.noteLoss(request.id, loss, { state: 'reserved', standIn: id });
  } catch (error) {
    await store.noteLoss(request.id, loss, { state: 'missing', message: `It was not reserved: ${refusalOf(error)}` });
  }
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

/** The guest is gone: what was reserved for it is free, where nobody took it into use. */
export async function freeAddresses(deps: Needs, request: Deletion): Promise<void> {
  const { netbox, store } = deps;
  for (const loss of (await store.listLosses(request.id)).filter(each => isAddress(each) && each.state === 'reserved')) {
    const [row] = loss.standIn === null ? [] : await netbox.listByIds(path, [loss.standIn]);
    if (row && isOurs(row, request) && refIn(row['assigned_object_id']) === null) await free(deps, request, loss, row);
    await store.noteLoss(request.id, loss, { state: 'freed' });
  }
}

/** One that the merge had left, assigned to nothing, is as it was; any other had been deleted and is. */
async function free({ netbox }: Needs, request: Deletion, { objectId, original }: Loss, row: NetBoxObject): Promise<void> {
  const options = { changelogMessage: changelogMessage(request) };
  try {
    if (row.id !== objectId) return await netbox.remove(path, row.id, options);
    const { status = 'active', description = '' } = original;
    await netbox.update(path, row.id, { status, description }, options);
  } catch (error) {
    if (!(error instanceof NetBoxNotFoundError)) throw error;
  }
}
