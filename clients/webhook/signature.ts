import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

/** A key for a new webhook, as Standard Webhooks writes them: `whsec_` and 32 bytes in base64. */
export const newWebhookSecret = (): string => `${PREFIX}${randomBytes(32).toString('base64')}`;

/** The signature of a message by Standard Webhooks (v1): HMAC-SHA256 over id, time and body. @param timestamp Unix time in seconds. */
export function signWebhook(secret: string, { id, timestamp, body }: { id: string; timestamp: number; body: string }): string {
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}
