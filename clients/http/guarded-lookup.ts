import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { AddressRefusedError } from './errors';

/** Why an IP address must not be contacted; undefined when it may be. */
export type RefuseAddress = (address: string) => string | undefined;

/** Of a host that is an address: it is never looked up. */
export function literalRefusal(hostname: string, refuse: RefuseAddress): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? undefined : refuse(host);
}

/**
 * Looks a name up, and gives only the addresses that may be contacted: what was checked is what is connected to, so that a name whose
 * answer changes gains nothing. Fails with `AddressRefusedError` when none is left.
 */
export const guardedLookup =
  (refuse: RefuseAddress): LookupFunction =>
  (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const allowed = addresses.filter(({ address }) => refuse(address) === undefined);
      const [first] = allowed;
      if (first === undefined) {
        const why = addresses.map(({ address }) => refuse(address)).find(reason => reason !== undefined);
        return callback(new AddressRefusedError(`${hostname}: ${why ?? 'it has no address'}`), []);
      }
      if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
