import { Limiter } from '../../../clients/http/limiter';
import type { ProxmoxClient } from '../../../clients/proxmox/client';
import { closeAll, rejection, sendJson, startPair, withNodes, type SeenRequest } from './support/loopback';

afterEach(closeAll);

const NODES = ['pve1', 'pve2', 'pve3', 'pve4'];

/**
 * The most requests that were open at the same time. Each kind of request is held until as many as its limit are open, and a moment
 * longer for those that should not come: a lower limit never gets an answer, a higher one shows.
 */
async function peaks<Kind extends string>(
  limits: Readonly<Record<Kind, number>>,
  kindOf: (request: SeenRequest) => Kind,
  calls: (client: ProxmoxClient) => Promise<unknown>[],
): Promise<Record<string, number>> {
  const held = new Map<Kind, (() => void)[]>();
  const most: Record<string, number> = {};
  const { client } = await startPair(
    withNodes(NODES, (request, response) => {
      const kind = kindOf(request);
      const open = held.get(kind) ?? [];
      held.set(kind, open);
      open.push(() => sendJson(response, request.path.endsWith('/interfaces') ? [] : {}));
      most[kind] = Math.max(most[kind] ?? 0, open.length);
      if (open.length === limits[kind]) setTimeout(() => open.splice(0).forEach(answer => answer()), 20);
    }),
  );
  await client.nodes();
  await Promise.all(calls(client));
  return most;
}

const times = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index));

test('four reads at a time go to one node', async () => {
  const most = await peaks(
    { node: 4 },
    () => 'node',
    client => times(20, vmid => client.guestConfig({ node: 'pve1', kind: 'qemu', vmid: 100 + vmid })),
  );
  expect(most).toEqual({ node: 4 });
});

test('six reads at a time go through the entry node', async () => {
  const most = await peaks(
    { entry: 6 },
    () => 'entry',
    client => times(30, index => client.nodeStatus(NODES[index % NODES.length] ?? '')),
  );
  expect(most).toEqual({ entry: 6 });
});

test('calls that hold a worker of the node are two at a time, and do not hold up the others', async () => {
  const most = await peaks(
    { slow: 2, quick: 4 },
    request => (request.path.endsWith('/interfaces') ? 'slow' : 'quick'),
    client =>
      times(12, index => [
        client.containerInterfaces({ node: 'pve1', kind: 'lxc', vmid: 100 + index }),
        client.guestConfig({ node: 'pve1', kind: 'lxc', vmid: 100 + index }),
      ]).flat(),
  );
  expect(most).toEqual({ slow: 2, quick: 4 });
});

test('who waits for a slot may give up, and is never sent', async () => {
  const limiter = new Limiter(1);
  const stop = new AbortController();
  const started: string[] = [];
  let finish = () => {};
  const first = limiter.run(() => new Promise<void>(resolve => (finish = resolve)));
  const second = rejection(limiter.run(async () => started.push('second'), stop.signal));
  const third = limiter.run(async () => started.push('third'));
  stop.abort(new Error('no longer wanted'));
  expect(await second).toMatchObject({ message: 'no longer wanted' });
  finish();
  await Promise.all([first, third]);
  expect(started).toEqual(['third']);
});

test('a failed task frees its slot', async () => {
  const limiter = new Limiter(1);
  await rejection(limiter.run(async () => Promise.reject(new Error('x'))));
  expect(await limiter.run(async () => 'next')).toBe('next');
});
