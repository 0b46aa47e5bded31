import { Client } from 'undici';
import { exchange } from '../http/exchange';
import { createConnector } from '../http/tls-connector';
import type { RefuseAddress } from '../http/guarded-lookup';
import { WebhookRefusedError } from './errors';
import { signWebhook } from './signature';

export interface WebhookMessage {
  /** The same at every attempt: receivers tell repetitions by it. */
  id: string;
  /** JSON. */
  body: string;
}

export interface WebhookOptions {
  url: string;
  secret: string;
  /** Addresses that are not contacted. */
  refuseAddress: RefuseAddress;
  now?: Date;
}

const TIMEOUT_MS = 15_000;
const CONNECT_MS = 5_000;
const MOST_BYTES = 65_536;

/**
 * Sends a message once, signed by Standard Webhooks. Redirects are not followed.
 * @throws WebhookRefusedError for any answer but 2xx; `ConnectError`, `AddressRefusedError` or `AnswerLostError` without one.
 */
export async function sendWebhook({ id, body }: WebhookMessage, options: WebhookOptions): Promise<void> {
  const { url, secret, refuseAddress, now = new Date() } = options;
  const { origin, pathname, search } = new URL(url);
  const timestamp = Math.floor(now.getTime() / 1000);
  const client = new Client(origin, { connect: createConnector({ mode: 'verify' }, CONNECT_MS, refuseAddress) });
  try {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'proxbox-temporal',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signWebhook(secret, { id, timestamp, body }),
    };
    const request = { method: 'POST', path: `${pathname}${search}`, headers, body } as const;
    const { status } = await exchange(client, request, { timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES });
    if (status < 200 || status >= 300) throw new WebhookRefusedError(status);
  } finally {
    await client.destroy();
  }
}
