import { freePort } from '../temporal/ports';

/** The metrics that the Temporal SDK keeps of itself: task slots, latencies, failures. */
export interface SdkMetrics {
  /** host:port on which the SDK shows them; a port of loopback that nobody needs to know. */
  address: string;
  /** In Prometheus's text format. */
  read(): Promise<string>;
}

const ANSWER_MS = 5_000;

/** Chooses where the SDK shows its metrics, so that ours can pass them on: one address to scrape for each process. */
export async function chooseSdkMetrics(): Promise<SdkMetrics> {
  const address = `127.0.0.1:${await freePort()}`;
  return {
    address,
    read: async () => {
      const response = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(ANSWER_MS) });
      return response.text();
    },
  };
}
