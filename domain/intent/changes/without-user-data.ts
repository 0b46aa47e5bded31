import type { JsonObject } from '../../json';
import { readUserDataField } from '../cloud-init/user-data';
import type { DeletedObject, GuestChange } from './guest-change';

/** What stands for a cloud-init document: it may hold passwords, and nobody needs its text once the change is planned. */
const NOT_KEPT = '(a cloud-init document, which is not kept)';

/** Words beside which a document has something that not everybody should read. */
const TELLING = /pass|secret|token|private|credential|api[_-]?key/i;

const isDocument = (text: string): boolean => text.trim() !== '' && readUserDataField(text).is !== 'volumes';

/** A change as it may be kept and shown: that its user data change stays to be seen, the document itself does not. */
export function withoutUserData(change: GuestChange): GuestChange {
  if (change.op === 'delete') return { ...change, originals: change.originals.map(withoutTelling) };
  if (change.op === 'create') {
    const data = shown(change.vm.cloud_init_user_data);
    return { ...change, vm: { ...change.vm, cloud_init_user_data: data } };
  }
  const { cloud_init_user_data: data, ...vm } = change.vm;
  if (data === undefined) return change;
  const { from, to } = data;
  return { ...change, vm: { ...vm, cloud_init_user_data: { ...(from !== undefined && { from: shown(from) }), to: shown(to) } } };
}

const shown = (data: string | null): string | null => (data !== null && isDocument(data) ? NOT_KEPT : data);

/** What a virtual machine is brought back by has its document, unless that seems to hold a secret: then it is brought back without it. */
function withoutTelling(object: DeletedObject): DeletedObject {
  const fields = object.original['custom_fields'];
  if (!isObject(fields)) return object;
  const { cloud_init_user_data: data, ...others } = fields;
  if (typeof data !== 'string' || !isDocument(data) || !TELLING.test(data)) return object;
  return { ...object, original: { ...object.original, custom_fields: others } };
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
