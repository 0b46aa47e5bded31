import { Secret } from '../../config/secret';
import { createLog } from '../../telemetry/log';

const CANARY = 'canary-4f1c9';

/** What a program that logs this writes. */
function written(work: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  work(createLog('trace', { write: line => void lines.push(line) }));
  expect(lines.length).toBeGreaterThan(0);
  lines.forEach(line => JSON.parse(line));
  return lines.join('');
}

const nested = (): Error => {
  const inner = Object.assign(new Error(`sent Authorization: Bearer ${CANARY}${CANARY}`), { headers: { cookie: CANARY } });
  return Object.assign(new Error('the request failed', { cause: inner }), { request: { 'X-Proxbox-API-Key': CANARY } });
};

test.each<[string, (log: ReturnType<typeof createLog>) => void]>([
  ['headers', log => log.info({ headers: { authorization: CANARY, Cookie: [CANARY], 'x-proxbox-api-key': CANARY } }, 'request')],
  [
    'a body',
    log => log.info({ body: { credentials: { read: { kind: 'token', secret: CANARY } }, password: CANARY } }, 'request'),
  ],
  ['an error beside a message', log => log.error({ err: nested() }, 'it failed')],
  ['an error alone', log => log.error(nested())],
  ['an error whose message holds a secret', log => log.error(new Error(`postgresql://proxbox:${CANARY}@db/proxbox refuses`))],
  ['an error in a field without a message', log => log.error({ err: new Error(`token=${CANARY}`) })],
  ['a message', log => log.warn(`GET /x?password=${CANARY}&y=1 failed`)],
  ['what a message interpolates', log => log.warn('%s said %o', `secret=${CANARY}`, { token: CANARY })],
  ['fields of a child log', log => log.child({ session: { csrfToken: CANARY } }).info('child')],
  ['a wrapped secret', log => log.info({ key: new Secret(CANARY) }, 'key')],
  ['text in a list', log => log.info({ lines: ['ok', `PVEAPIToken=a@pve!b=${CANARY}`] }, 'lines')],
])('a log holds no secret of %s', (_, work) => {
  expect(written(work)).not.toContain(CANARY);
});

test('a log keeps what helps: message, fields, type, stack and cause of an error', () => {
  const line: unknown = JSON.parse(
    written(log => log.error({ requestId: 'r1', tokenId: 'a@pve!b', err: nested() }, 'it failed')),
  );
  expect(line).toMatchObject({
    level: 50,
    msg: 'it failed',
    requestId: 'r1',
    tokenId: 'a@pve!b',
    err: { type: 'Error', message: 'the request failed', cause: { type: 'Error' } },
  });
  expect(line).toHaveProperty('err.stack', expect.stringContaining('log.test'));
});

test('a log ends at what refers to itself', () => {
  const round: Record<string, unknown> = { name: 'round' };
  round['self'] = round;
  expect(written(log => log.info(round, 'round'))).toContain('round');
});
