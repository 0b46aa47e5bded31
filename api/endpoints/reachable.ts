import type { NetworkGuard } from '../../config/network-guard';
import { Problem } from '../errors';

/**
 * Refuses an address that this installation does not contact. A name is looked up by whoever connects, who asks the same of what it finds.
 * @throws Problem `invalid-body`
 */
export function requireReachable(network: NetworkGuard, url: string | undefined): void {
  const detail = url === undefined ? undefined : network.refusalOfHost(new URL(url).hostname);
  if (detail === undefined) return;
  throw new Problem('invalid-body', `/url: ${detail}.`, { errors: [{ pointer: '/url', detail: `${detail}.` }] });
}
