import { isDeepStrictEqual } from 'node:util';
import type { Endpoint, EndpointFields } from '../../database/repositories/endpoints';
import { Problem, type ProblemDetail } from '../errors';
import type { EndpointPatch } from './schema';

/**
 * What of a change could send the stored secrets to another server. Checking the certificate where none was checked is no such change.
 */
export function addressChanges(before: Endpoint, after: EndpointFields): string[] {
  const onlyStricter = before.tls.mode === 'insecure' && after.tls.mode === 'verify';
  return [
    ...(before.url !== after.url ? ['url'] : []),
    ...(!onlyStricter && !isDeepStrictEqual(before.tls, after.tls) ? ['tls'] : []),
  ];
}

/**
 * Refuses such a change unless every stored secret is entered again: whoever may edit an address need not know them, and must not get them
 * sent to a server of their own.
 */
export function requireSecretsAgain(changed: string[], hasWrite: boolean, given: EndpointPatch['credentials']): void {
  if (changed.length === 0) return;
  const missing = [...(given?.read === undefined ? ['read'] : []), ...(hasWrite && given?.write === undefined ? ['write'] : [])];
  if (missing.length === 0) return;
  const errors: ProblemDetail[] = missing.map(purpose => ({
    pointer: `/credentials/${purpose}`,
    detail: `Enter the ${purpose} credential again: ${changed.join(' and ')} changed, and its secret would go to another server.`,
  }));
  throw new Problem('secret-required', `${changed.join(' and ')} changed: enter the secrets of this endpoint again.`, { errors });
}
