import { setTimeout as sleep } from 'node:timers/promises';
import type { ReflectionStore } from '../../database/reflection-store';
import { withHeartbeat } from '../heartbeat';

const lookEveryMs = 1_000;

/**
 * Returns when no run of the endpoint is open in our record, and at the latest after `seconds`: the workflow of an open run may have
 * been terminated. The caller then tries to take the endpoint's lock again.
 */
export async function awaitEndpoint(
  store: Pick<ReflectionStore, 'findOpenSync'>,
  endpointId: string,
  seconds: number,
): Promise<void> {
  const until = Date.now() + seconds * 1_000;
  await withHeartbeat(async (progress, signal) => {
    while (Date.now() < until) {
      const open = await store.findOpenSync(endpointId);
      if (!open) return;
      progress({ waitsFor: open.id });
      await sleep(lookEveryMs, undefined, { signal });
    }
  });
}
