import { randomUUID } from 'node:crypto';
import { type EndpointProbe, findProbe, insertProbe } from '../../database/repositories/endpoint-probes';
import { findEndpoint } from '../../database/repositories/endpoints';
import { isFit } from '../../domain/endpoints/probe';
import { workflowIds } from '../../workflows/names';
import type { ApiDependencies } from '../dependencies';
import { Problem } from '../errors';
import { notFound } from '../validate';
import type { ProbeView } from './probe-schema';

/**
 * Starts a test of an endpoint's connections for whoever asks, audited, and gives its id.
 * @throws Problem `endpoint-disabled`; TemporalUnavailableError
 */
export async function startProbe(
  { database, temporal }: Pick<ApiDependencies, 'database' | 'temporal'>,
  { caller, audit }: Pick<Express.Locals, 'caller' | 'audit'>,
  endpointId: string,
): Promise<string> {
  const endpoint = await findEndpoint(database, endpointId);
  if (endpoint === undefined) throw notFound('endpoint');
  if (!endpoint.enabled)
    throw new Problem('endpoint-disabled', `${endpoint.name} is disabled: nothing is sent to it. Enable it first.`);
  const probeId = randomUUID();
  const start = async (): Promise<void> => {
    await insertProbe(database, { id: probeId, endpointId, requestedBy: caller.name });
    await temporal.ask({
      type: 'endpointProbe',
      workflowId: workflowIds.endpointProbe(probeId),
      input: { probeId },
      endpointId,
      actor: caller.name,
      summary: `Test of the connections of ${endpoint.name}, asked for by ${caller.name}`,
    });
  };
  await audit.effect(
    { action: 'endpoint.test', object: { type: 'endpoint', id: endpointId }, endpointId, detail: { probeId } },
    start,
  );
  return probeId;
}

/** @throws Problem `not-found` when it is no test of this endpoint. */
export async function probeOf(
  database: ApiDependencies['database'],
  endpointId: string,
  probeId: string,
): Promise<EndpointProbe> {
  const probe = await findProbe(database, probeId);
  if (probe?.endpointId !== endpointId) throw notFound('test of this endpoint');
  return probe;
}

export const viewProbe = ({ id, endpointId, requestedBy, result, createdAt, finishedAt }: EndpointProbe): ProbeView => ({
  id,
  endpointId,
  requestedBy,
  state: result === null ? 'running' : 'done',
  ok: result && isFit(result),
  proxmox: result && result.proxmox,
  netbox: result && result.netbox,
  createdAt: createdAt.toISOString(),
  finishedAt: finishedAt?.toISOString() ?? null,
});
