import type { DeletionRowView, DeletionView } from '../../api/deletion/schema';
import type { ApiClient } from '../connection/client';
import { UsageError } from '../errors';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PATH = '/intent/deletion-requests';
/** How far back a part of an id is looked for. */
const RECENT = 500;

/** Where requests are asked for; with an id one of them, with a verb what is done to it. */
export const pathOf = (...parts: string[]): string => [PATH, ...parts].join('/');

/**
 * A request by its id, by the beginning of its id, or by the VMID of its guest while it is open.
 * @throws UsageError when none, or more than one, is meant.
 */
export async function findDeletion(api: ApiClient, wanted: string): Promise<DeletionView> {
  const text = wanted.toLowerCase();
  const id = UUID.test(text) ? text : await idOf(api, text, wanted);
  return (await api.get<DeletionView>(pathOf(id))).body;
}

async function idOf(api: ApiClient, text: string, wanted: string): Promise<string> {
  if (!/^[0-9a-f-]{3,}$/.test(text))
    throw new UsageError(`"${wanted}" is no deletion request.`, 'Give an id, its first digits, or the VMID of the guest.');
  const items = await api.collect<DeletionRowView>(PATH, {}, RECENT);
  const ofGuest = items.filter(({ vmid, endedAt }) => String(vmid) === text && endedAt === null);
  const found = ofGuest.length > 0 ? ofGuest : items.filter(({ id }) => text.length >= 4 && id.startsWith(text));
  if (found.length === 1 && found[0] !== undefined) return found[0].id;
  const why =
    found.length === 0 ? 'None is open for this VMID, and none has an id that begins so.' : `${found.length} are like that.`;
  throw new UsageError(`"${wanted}" names no single deletion request.`, 'proxbox deletion list', why);
}

export const listDeletions = (
  api: ApiClient,
  { limit, ...query }: { open?: 'true'; left?: 'true'; endpoint?: string; limit: number },
): Promise<DeletionRowView[]> => api.collect<DeletionRowView>(PATH, query, limit);
