import { type ApiServer, startApiServer } from '../support/api-server';
import { createEndpoint } from '../support/shapes';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
  await createEndpoint(server);
});
afterAll(() => server.stop());

const traced = async (traceparent?: string): Promise<string> => {
  const { headers } = await server.ask('GET', '/meta', { headers: traceparent === undefined ? {} : { traceparent } });
  return headers.get('traceparent') ?? '';
};

test('a trace goes on, with this service as the parent of what comes', async () => {
  const answered = await traced(`00-${TRACE}-${PARENT}-01`);
  expect(answered).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  expect(answered).not.toContain(PARENT);
});

test.each([
  ['nothing', undefined],
  ['words', 'trace me'],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
  ['a parent of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['the version that is none', `ff-${TRACE}-${PARENT}-01`],
  ['upper case', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
  ['too many parts', `00-${TRACE}-${PARENT}-01-more`],
])('of %s a trace begins', async (_what, given) => {
  const answered = await traced(given);
  expect(answered).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  expect(answered).not.toContain(TRACE);
});

test('of a later version the known parts count', async () => {
  expect(await traced(`cc-${TRACE}-${PARENT}-03-later`)).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
});

test('the log and the workflow are told', async () => {
  const { headers } = await server.ask('POST', '/full-update', { headers: { traceparent: `00-${TRACE}-${PARENT}-01` } });
  const traceparent = headers.get('traceparent');
  expect(server.logged()).toContain(`"traceparent":"${traceparent}"`);
  expect(server.temporal.traceparents).toEqual([traceparent]);
});
