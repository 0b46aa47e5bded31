import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { RequestKey } from '../../database/repositories/idempotency-keys';
import type { SecretPlace } from '../../database/secrets';
import { canonicalJson, type Json } from '../../domain/json';

/** An answer as it is kept, sealed, with what was asked. */
export const keptAnswerSchema = z.strictObject({
  fingerprint: z.string(),
  status: z.number().int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
export type KeptAnswer = z.output<typeof keptAnswerSchema>;

const keptHeaders = ['content-type', 'etag', 'location', 'preference-applied'];

/** SHA-256 over method, address and body. */
export function fingerprintOf(req: Request): string {
  const asked: Json = [req.method, req.originalUrl, (req.body ?? null) as Json];
  return createHash('sha256').update(canonicalJson(asked)).digest('hex');
}

/** What a response is about to send. */
export function answerOf(res: Response, chunk: unknown): Omit<KeptAnswer, 'fingerprint'> {
  const headers = keptHeaders.flatMap(name => {
    const value = res.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const body = typeof chunk === 'string' ? chunk : Buffer.isBuffer(chunk) ? chunk.toString('utf8') : '';
  return { status: res.statusCode, headers: Object.fromEntries(headers), body };
}

export const placeOf = ({ caller, key }: RequestKey): SecretPlace => ({
  table: 'idempotency_key',
  row: `${caller}/${key}`,
  column: 'ciphertext',
});
