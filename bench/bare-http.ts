import { authorizationHeader } from '../clients/netbox/token';
import type { NetBoxAddress } from './world';

/** NetBox without anything around it: a request, its JSON, an error for whatever is not 2xx. */
export interface BareHttp {
  send(method: string, path: string, query: string, body?: unknown): Promise<unknown>;
}

export function bareHttp({ url, token }: NetBoxAddress): BareHttp {
  const headers = { authorization: authorizationHeader(token), 'content-type': 'application/json' };
  return {
    async send(method, path, query, body) {
      const response = await fetch(`${url}/api/${path}/${query}`, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${(await response.text()).slice(0, 2000)}`);
      return response.json();
    },
  };
}

/** Runs all of `tasks`, so many at once. */
export async function inLanes(lanes: number, tasks: (() => Promise<unknown>)[]): Promise<void> {
  const waiting = [...tasks];
  const lane = async (): Promise<void> => {
    for (let task = waiting.shift(); task; task = waiting.shift()) await task();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
