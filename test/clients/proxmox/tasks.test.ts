import { ProxmoxPermissionError, ProxmoxUnavailableError } from '../../../clients/proxmox/errors';
import { closeAll, rejection, sendBare, sendError, sendJson, startPair, withNodes, type Answer } from './support/loopback';

afterEach(closeAll);

const upid = 'UPID:pve1:00001935:00071CE6:6B031BD9:qmcreate:142:writer@pve!rw:';
const task = { upid, node: 'pve1', type: 'qmcreate', id: '142' };

/** A task that runs for `looks` looks and then ends, with a log of `lines` lines. */
async function taskEnding(
  exitstatus: string | undefined,
  { looks = 1, lines = 3, before }: { looks?: number; lines?: number; before?: Answer } = {},
) {
  let looked = 0;
  const texts = Array.from({ length: lines }, (_, index) => `line ${index + 1}`);
  return startPair(
    withNodes(['pve1'], (request, response, raw) => {
      if (request.path.endsWith('/log')) {
        const start = Number(request.query.get('start') ?? 0);
        const shown = texts.slice(start, start + Number(request.query.get('limit') ?? 50));
        return sendJson(
          response,
          shown.map((t, index) => ({ n: start + index + 1, t })),
          { total: lines },
        );
      }
      looked += 1;
      if (looked === 1 && before) return before(request, response, raw);
      return sendJson(response, looked <= looks ? { ...task, status: 'running' } : { ...task, status: 'stopped', exitstatus });
    }),
  );
}

test('a task that ends well, watched while it runs', async () => {
  const { client, server } = await taskEnding('OK', { looks: 2 });
  const seen: number[] = [];
  expect(await client.awaitTask(upid, { onProgress: ({ looks }) => seen.push(looks) })).toEqual({
    upid,
    outcome: 'ok',
    exitStatus: 'OK',
    warnings: 0,
    reason: null,
    logTail: ['line 1', 'line 2', 'line 3'],
  });
  expect(seen).toEqual([1, 2]);
  expect(server.seen.find(request => request.path.endsWith('/status'))?.path).toBe(
    `/nodes/pve1/tasks/${encodeURIComponent(upid)}/status`,
  );
});

test.each<[string | undefined, object]>([
  ['WARNINGS: 2', { outcome: 'warnings', warnings: 2, reason: null }],
  ['VM is locked (backup)', { outcome: 'error', exitStatus: 'VM is locked (backup)', reason: 'locked' }],
  ['something else', { outcome: 'error', reason: null }],
  ['unexpected status', { outcome: 'unknown', exitStatus: 'unexpected status' }],
  [undefined, { outcome: 'unknown', exitStatus: null }],
])('a task that ends with %s', async (exitstatus, expected) => {
  const { client } = await taskEnding(exitstatus, { looks: 0 });
  expect(await client.awaitTask(upid)).toMatchObject(expected);
});

test('the tail of a long log is its last lines', async () => {
  const { client } = await taskEnding('OK', { looks: 0, lines: 75 });
  const { logTail } = await client.awaitTask(upid);
  expect(logTail).toHaveLength(20);
  expect(logTail.at(-1)).toBe('line 75');
});

test('a task that the node does not know is unknown, not failed', async () => {
  const { client } = await startPair(
    withNodes(['pve1'], (_, response) => sendError(response, 400, 'Parameter verification failed.', { upid: 'no such task' })),
  );
  expect(await client.awaitTask(upid)).toMatchObject({ outcome: 'unknown', exitStatus: null, logTail: [] });
});

test('a node that does not answer for a moment is waited for', async () => {
  const { client } = await taskEnding('OK', {
    looks: 1,
    before: (_, response) => sendBare(response, 596, 'Connection timed out'),
  });
  expect(await client.awaitTask(upid)).toMatchObject({ outcome: 'ok' });
});

test('a node that does not answer at all ends the wait with that', async () => {
  const { client, server } = await startPair(
    withNodes(['pve1'], (_, response) => sendBare(response, 596, 'Connection timed out')),
  );
  expect(await rejection(client.awaitTask(upid))).toBeInstanceOf(ProxmoxUnavailableError);
  expect(server.seen.filter(request => request.path.endsWith('/status'))).toHaveLength(5);
});

test('a missing right ends the wait at once', async () => {
  const { client } = await startPair(
    withNodes(['pve1'], (_, response) => sendError(response, 403, 'Permission check failed (/nodes/pve1, Sys.Audit)')),
  );
  expect(await rejection(client.awaitTask(upid))).toBeInstanceOf(ProxmoxPermissionError);
});

test('a log that may not be read costs only the log', async () => {
  const { client } = await startPair(
    withNodes(['pve1'], (request, response) =>
      request.path.endsWith('/log')
        ? sendError(response, 403, 'Permission check failed (/nodes/pve1, Sys.Audit)')
        : sendJson(response, { ...task, status: 'stopped', exitstatus: 'OK' }),
    ),
  );
  expect(await client.awaitTask(upid)).toMatchObject({ outcome: 'ok', logTail: [] });
});

test('the wait may be given up', async () => {
  const stop = new AbortController();
  const { client } = await taskEnding('OK', { looks: 1_000 });
  const reason = new Error('cancelled');
  expect(await rejection(client.awaitTask(upid, { signal: stop.signal, onProgress: () => stop.abort(reason) }))).toBe(reason);
});

test('what is no task id is refused', async () => {
  const { client, server } = await startPair(() => undefined);
  expect(await rejection(client.awaitTask('OK'))).toMatchObject({ name: 'ProxmoxResponseError' });
  expect(server.seen).toHaveLength(0);
});
