import type { EndpointView } from '../../api/endpoints/schema';
import type { RunListView, RunSummaryView } from '../../api/runs/schema';
import type { ApiClient } from '../connection/client';
import { listEndpoints } from '../endpoints/find-endpoint';
import { CommandError } from '../errors';
import { exitCodes } from '../exit-codes';
import { adviceFor } from '../runs/advice';
import { countsText } from '../runs/progress';
import { isOpen, stageText } from '../runs/states';
import { spanText } from '../runs/times';
import type { Check } from './check';

/** Whether the token is good, and how the last run of each endpoint ended. */
export async function checkEndpoints(api: ApiClient): Promise<Check[]> {
  try {
    const endpoints = await listEndpoints(api);
    const token: Check = { name: 'token', result: 'ok', detail: `accepted, from ${api.connection.tokenFrom ?? 'nowhere'}` };
    if (endpoints.length > 0) return [token, ...(await Promise.all(endpoints.map(endpoint => checkEndpoint(api, endpoint))))];
    const next = 'proxbox endpoint add NAME --address URL --principal USER@REALM!TOKEN --secret-file -';
    return [token, { name: 'endpoints', result: 'warning', detail: 'there are none yet', next }];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { code, what, why, next, exitCode } = error.problem;
    const name = code === 'unauthenticated' || code === 'configuration' ? 'token' : 'endpoints';
    return [{ name, result: 'failed', detail: [what, why].filter(Boolean).join(' '), next, exitCode }];
  }
}

async function checkEndpoint(api: ApiClient, endpoint: EndpointView): Promise<Check> {
  const name = `endpoint ${endpoint.name}`;
  if (!endpoint.enabled) return { name, result: 'ok', detail: 'disabled' };
  if (endpoint.credentials.read === null) {
    const next = `proxbox endpoint set ${endpoint.name} --principal USER@REALM!TOKEN --secret-file -`;
    return { name, result: 'failed', detail: 'it has no credential', next, exitCode: exitCodes.error };
  }
  const query = { endpoint: endpoint.id, kind: 'endpoint-sync', limit: 1 };
  const run = (await api.get<RunListView>('/runs', { query })).body.items[0];
  if (run === undefined)
    return { name, result: 'warning', detail: 'never synchronised', next: `proxbox sync --endpoint ${endpoint.name} --wait` };
  return checkLastRun(name, run);
}

function checkLastRun(name: string, run: RunSummaryView): Check {
  const ago = spanText(Date.now() - Date.parse(run.finishedAt ?? run.createdAt));
  const counts = countsText(run.counts);
  const detail = [`last run ${stageText(run)}, ${ago} ago`, counts, run.message ?? ''].filter(text => text !== '').join('. ');
  if (run.state === 'completed') return { name, result: 'ok', detail };
  if (isOpen(run)) return { name, result: 'ok', detail, next: `proxbox run watch ${run.id}` };
  if (run.state === 'failed') return { name, result: 'failed', detail, next: adviceFor(run), exitCode: exitCodes.error };
  return { name, result: 'warning', detail, next: adviceFor(run) };
}
