import { setTimeout as sleep } from 'node:timers/promises';
import type { ReflectionStore } from '../../database/reflection-store';
import { withHeartbeat } from '../heartbeat';

const lookEveryMs = 1_000;

/** Returns when no run of the endpoint is open in our record; the caller then tries to take its lock again. */
export async function awaitEndpoint(store: Pick<ReflectionStore, 'findOpenSync'>, endpointId: string): Promise<void> {
  await withHeartbeat(async (progress, signal) => {
    for (;;) {
      const open = await store.findOpenSync(endpointId);
      if (!open) return;
      progress({ waitsFor: open.id });
      await sleep(lookEveryMs, undefined, { signal });
    }
  });
}
