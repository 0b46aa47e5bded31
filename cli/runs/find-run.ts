import type { RunListView, RunSummaryView, RunView } from '../../api/runs/schema';
import type { ApiClient } from '../connection/client';
import { UsageError } from '../errors';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** How far back a part of an id is looked for. */
const RECENT = 500;

/**
 * A run by its id, by the beginning of its id, or `last` for the newest full sync.
 * @throws UsageError when none, or more than one, is meant.
 */
export async function findRunId(api: ApiClient, wanted: string): Promise<string> {
  const text = wanted.toLowerCase();
  if (UUID.test(text)) return text;
  if (text === 'last') return (await newest(api)).id;
  if (!/^[0-9a-f-]{4,}$/.test(text))
    throw new UsageError(`"${wanted}" is no run.`, 'Give an id, its first four or more digits, or "last".');
  const { body } = await api.get<RunListView>('/runs', { query: { limit: RECENT } });
  const found = body.items.filter(({ id }) => id.startsWith(text));
  if (found.length === 1 && found[0] !== undefined) return found[0].id;
  const why =
    found.length === 0 ? `None of the last ${RECENT} runs begins with it.` : `It is the beginning of ${found.length} runs.`;
  throw new UsageError(`"${wanted}" names no single run.`, 'proxbox run list', why);
}

export const getRun = async (api: ApiClient, id: string): Promise<RunView> => (await api.get<RunView>(`/runs/${id}`)).body;

async function newest(api: ApiClient): Promise<RunSummaryView> {
  const { body } = await api.get<RunListView>('/runs', { query: { kind: 'full-sync', limit: 1 } });
  const run = body.items[0];
  if (run === undefined) throw new UsageError('There is no run yet.', 'proxbox sync --wait');
  return run;
}
