import type { Access } from '../auth/route-access';
import { type ProblemCode, problemKinds } from '../errors';
import type { Method } from './document-types';
import type { Operation } from './operation';

/** Every way in which an operation can fail, by status. */
export function problemsOf(method: Method, path: string, access: Access, operation: Operation): Map<number, ProblemCode[]> {
  const byStatus = new Map<number, ProblemCode[]>();
  const codes = new Set([...implied(method, path, access, operation), ...(operation.problems ?? [])]);
  for (const code of codes) {
    const { status } = problemKinds[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return new Map([...byStatus].sort(([one], [other]) => one - other));
}

/** What follows from the method, the path and who may use it. */
function implied(method: Method, path: string, { who }: Access, operation: Operation): ProblemCode[] {
  const codes: ProblemCode[] = ['rate-limited', 'internal', 'database-unavailable'];
  if (who !== 'everybody') codes.push('unauthenticated');
  if (who !== 'everybody' && who !== 'signed-in') codes.push('permission-denied');
  if (who === 'person') codes.push('not-a-person');
  if (who !== 'everybody' && method !== 'get') codes.push('csrf-failed');
  if (path.includes(':')) codes.push('not-found');
  if (operation.query !== undefined) codes.push('invalid-query');
  if (takesBody(method)) codes.push('malformed-body', 'body-too-large', 'unsupported-media-type');
  if (operation.body !== undefined) codes.push('invalid-body');
  if (operation.ifMatch) codes.push('stale', 'if-match-required');
  if (takesIdempotencyKey(method, who)) codes.push('invalid-header', 'idempotency-key-in-flight', 'idempotency-key-reused');
  return codes;
}

const takesBody = (method: Method): boolean => method !== 'get' && method !== 'delete';

export const takesIdempotencyKey = (method: Method, who: Access['who']): boolean => method === 'post' && who !== 'everybody';
