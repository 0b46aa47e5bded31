import type { ApiClient } from '../connection/client';
import { listEndpoints } from '../endpoints/find-endpoint';
import { complaintsOf, exitCodeOf, testConnection } from '../endpoints/test-connection';
import { CommandError } from '../errors';
import type { Check } from './check';

/** What Proxmox and NetBox say to each enabled endpoint. */
export async function checkConnections(api: ApiClient): Promise<Check[]> {
  const checks: Check[] = [];
  for (const endpoint of await listEndpoints(api)) if (endpoint.enabled) checks.push(await checkConnection(api, endpoint));
  return checks;
}

async function checkConnection(api: ApiClient, endpoint: { id: string; name: string }): Promise<Check> {
  const name = `connections ${endpoint.name}`;
  try {
    const test = await testConnection(api, endpoint);
    const { needed, optional } = complaintsOf(test);
    const detail = [...needed, ...optional].join(' ') || 'Proxmox and NetBox answer, nothing is missing';
    if (test.ok === true) return { name, result: optional.length > 0 ? 'warning' : 'ok', detail };
    return { name, result: 'failed', detail, next: `proxbox endpoint show ${endpoint.name}`, exitCode: exitCodeOf(test) };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { what, why, next, exitCode } = error.problem;
    return { name, result: 'failed', detail: [what, why].filter(Boolean).join(' '), next, exitCode };
  }
}
