import { type ApiServer, startApiServer } from '../support/api-server';
import { createEndpoint, runOf } from '../support/shapes';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await createEndpoint(server);
});

const sync = (prefer?: string) => server.ask('POST', '/full-update', { headers: prefer === undefined ? {} : { prefer } });

/** The run ends while the answer waits. */
function endSoon(state: string): void {
  server.temporal.onStart = async runId => {
    setTimeout(() => {
      void server.database.pool.query('update run set state = $2, finished_at = now() where id = $1', [runId, state]);
    }, 300);
  };
}

test('without it, the answer comes at once', async () => {
  const answer = await sync();
  expect(answer.status).toBe(202);
  expect(answer.headers.get('preference-applied')).toBeNull();
});

test.each(['completed', 'failed', 'awaiting_confirmation'])('the answer is the run when it has ended: %s', async state => {
  endSoon(state);
  const answer = await sync('wait=30');
  expect(answer.status).toBe(200);
  expect(runOf(answer).state).toBe(state);
  expect(answer.headers.get('preference-applied')).toBe('wait=30');
  expect(answer.headers.get('location')).toBe(`/runs/${runOf(answer).id}`);
});

test('when the time is over first, the run goes on', async () => {
  const answer = await sync('respond-async, wait=1');
  expect(answer.status).toBe(202);
  expect(runOf(answer).state).toBe('pending');
  expect(answer.headers.get('preference-applied')).toBe('wait=1');
});

test('nobody waits for longer than a minute', async () => {
  endSoon('completed');
  expect((await sync('wait=86400')).headers.get('preference-applied')).toBe('wait=60');
});

test.each(['wait', 'wait=', 'wait=-1', 'wait=soon', 'handling=strict'])('what is no wait is ignored: %s', async prefer => {
  const answer = await sync(prefer);
  expect(answer.status).toBe(202);
  expect(answer.headers.get('preference-applied')).toBeNull();
});

test('cancelling waits, too', async () => {
  const { id } = runOf(await sync());
  const answer = await server.ask('POST', `/runs/${id}/cancel`, { headers: { prefer: 'wait=10' } });
  expect([answer.status, runOf(answer).state]).toEqual([200, 'cancelled']);
});
