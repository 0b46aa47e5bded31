import type { ChangeState } from '../../database/repositories/intent/changes';
import { guestKey, type GuestKey } from '../../domain/reflection/inventory';
import { workflowIds } from '../../workflows/names';
import { childRunId, type OpenedEndpoint } from '../reflection/runs';
import type { IntentDeps } from './deps';
import { planOfRun } from './runs';

/** Ends of a change after which the guest is not what NetBox was last told. */
const changed = new Set<ChangeState>(['applied', 'partly_applied']);

export interface OpenedReflections {
  endpoints: OpenedEndpoint[];
  requestedBy: string;
}

/** Opens a run of reflection for each endpoint of which a guest was changed, about those guests alone. A repeated attempt opens the same ones. */
export async function openReflections({ store }: Pick<IntentDeps, 'store'>, runId: string): Promise<OpenedReflections> {
  const plan = await planOfRun(store, runId);
  const guests = new Map<string, GuestKey[]>();
  for (const { state, endpointId, kind, vmid } of await store.listGuestChanges(plan.id)) {
    if (!changed.has(state) || endpointId === null || vmid === null) continue;
    guests.set(endpointId, [...(guests.get(endpointId) ?? []), guestKey({ kind, vmid })]);
  }
  if (guests.size > 0) await store.setPhase(runId, 'reflect');
  const endpoints: OpenedEndpoint[] = [];
  for (const [endpointId, keys] of guests) {
    const endpoint = await store.findEndpoint(endpointId);
    if (!endpoint?.enabled) continue;
    const id = childRunId(runId, endpointId);
    const parent = { id: runId, requestedBy: plan.requestedBy, scope: { endpoints: [endpointId], guests: keys } };
    await store.openChildRun({ id, parent, endpointId, workflowId: workflowIds.endpointSync(endpointId) });
    endpoints.push({ endpointId, endpointName: endpoint.name, runId: id });
  }
  return { endpoints, requestedBy: plan.requestedBy };
}
