import type { RunningNetBox } from '../../../../simulators/netbox/server';

/** One endpoint as it may stand in values: its id and its address differ from world to world. */
export interface Shown {
  id: string;
  url: string;
}

export type Picture = Record<string, Record<string, unknown>>;

/**
 * Everything that NetBox holds, in a form in which two worlds can be compared: by natural keys, without ids and times, and without
 * what differs from one set of servers to the next. An object that was made twice shows up under a numbered key.
 */
export function pictureOf(netbox: RunningNetBox, endpoints: readonly Shown[]): Picture {
  let text = JSON.stringify(netbox.simulator.dump());
  endpoints.forEach(({ id, url }, index) => {
    text = text.replaceAll(id, `endpoint-${index}`).replaceAll(url, `https://endpoint-${index}`);
  });
  const picture: Picture = JSON.parse(text);
  return picture;
}

/** Requests since `from` that would change something, as `METHOD path`. */
export function writesTo(netbox: RunningNetBox, from = 0): string[] {
  return netbox.simulator.log
    .list()
    .filter(({ n, method }) => n > from && method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`);
}

/** Number of the last request so far. */
export function lastRequest(netbox: RunningNetBox): number {
  return netbox.simulator.log.list().at(-1)?.n ?? 0;
}
