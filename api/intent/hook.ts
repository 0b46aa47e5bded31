import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { findHookSecret } from '../../database/repositories/intent/hook';
import { hintWatch } from '../../database/repositories/intent/watch';
import type { ApiDependencies } from '../dependencies';
import { Problem } from '../errors';

/**
 * A call of NetBox's webhook. Its signature proves that NetBox, or whoever may view its webhooks, made it: so nothing of it is believed, and it only
 * makes us look sooner. A call that is repeated makes us look again.
 */
export const hearNetBox =
  ({ database, secrets }: Pick<ApiDependencies, 'database' | 'secrets'>): RequestHandler =>
  async (req, res) => {
    const body: unknown = req.body;
    const signature = req.get('x-hook-signature') ?? '';
    const secret = await findHookSecret(database, secrets);
    if (secret === undefined || !Buffer.isBuffer(body) || !isSigned(body, signature, secret)) {
      throw new Problem(
        'hook-refused',
        'Sign the body with the secret of the webhook: X-Hook-Signature is its HMAC-SHA512 in hex.',
      );
    }
    res.status(202).json({ heard: await hintWatch(database) });
  };

function isSigned(body: Buffer, signature: string, secret: string): boolean {
  const expected = createHmac('sha512', secret).update(body).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
