import { randomBytes } from 'node:crypto';

const NOT_SAMPLED = '00';

/**
 * The `traceparent` (W3C Trace Context, version 00) to hand on: goes on with the trace that a header names, and begins one without it, and when it
 * is none. This service is the parent of what comes.
 */
export function traceparentAfter(header: string | undefined): string {
  const { traceId, flags } = parse(header) ?? { traceId: randomHex(16), flags: NOT_SAMPLED };
  return `00-${traceId}-${randomHex(8)}-${flags}`;
}

/** Of later versions the first four parts are understood, as the specification asks. */
function parse(header: string | undefined): { traceId: string; flags: string } | undefined {
  const found = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(header ?? '');
  if (found === null) return undefined;
  const [, version, traceId = '', parentId = '', flags = '', rest] = found;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined;
  return { traceId, flags: (parseInt(flags, 16) & 1).toString().padStart(2, '0') };
}

/** Never all zeros, which means "none". */
const randomHex = (bytes: number): string => {
  const id = randomBytes(bytes);
  id[0] = (id[0] ?? 0) | 1;
  return id.toString('hex');
};
