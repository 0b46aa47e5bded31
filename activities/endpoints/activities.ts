import { withHeartbeat } from '../heartbeat';
import type { ProbeDeps } from './deps';
import { probeNetBox } from './probe-netbox';
import { probeProxmox } from './probe-proxmox';

/** The activities that answer questions about endpoints. */
export function createEndpointActivities(deps: ProbeDeps) {
  return {
    /** Tests the connections of an endpoint and stores what was found; whatever goes wrong is part of the answer. */
    async probeEndpoint({ probeId }: { probeId: string }): Promise<void> {
      const probe = await deps.findProbe(probeId);
      const endpoint = probe && (await deps.findEndpoint(probe.endpointId));
      if (endpoint === undefined) return;
      const [proxmox, netbox] = await withHeartbeat(() => Promise.all([probeProxmox(deps, endpoint), probeNetBox(deps)]));
      await deps.finishProbe(probeId, { proxmox, netbox });
    },
  };
}

export type EndpointActivities = ReturnType<typeof createEndpointActivities>;
