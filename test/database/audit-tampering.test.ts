import { randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { Secret } from '../../config/secret';
import { AuditKey } from '../../database/audit-key';
import { keepAuditHeads } from '../../database/audit-head-keeper';
import { auditHeadsFile, readAuditHeads } from '../../database/audit-heads';
import { verifyAuditChain } from '../../database/audit-verify';
import { type AuditLog, createAuditLog, entryOf } from './support/audit-log';

const quiet = { info: () => {}, error: () => {} };

const noteHead = ({ database, stateDir }: AuditLog): Promise<void> =>
  keepAuditHeads({ database: database.pool, stateDir, log: quiet }).stop();

describe('verifying an audit log that somebody changed in the database', () => {
  let log: AuditLog;
  beforeAll(async () => {
    log = await createAuditLog();
    await log.fill(9);
  });
  afterAll(() => log.drop());

  test.each([
    ['seq', 'seq = 100', { seq: 5, kind: 'missing' }],
    ['time, by a microsecond', `time = time + interval '1 microsecond'`, { seq: 5, kind: 'altered' }],
    ['phase', `phase = 'outcome', intent_seq = 1`, { seq: 5, kind: 'altered' }],
    ['action', `action = 'endpoint.delete'`, { seq: 5, kind: 'altered' }],
    ['kind of actor', `actor_kind = 'service'`, { seq: 5, kind: 'altered' }],
    ["actor's id", `actor_id = gen_random_uuid()`, { seq: 5, kind: 'altered' }],
    ['actor', `actor = 'bob'`, { seq: 5, kind: 'altered' }],
    ['authentication', `authenticated_by = 'token'`, { seq: 5, kind: 'altered' }],
    ['label', `label = null`, { seq: 5, kind: 'altered' }],
    ['type of object', `object_type = 'run'`, { seq: 5, kind: 'altered' }],
    ['id of object', `object_id = '4'`, { seq: 5, kind: 'altered' }],
    ['endpoint', `endpoint_id = null`, { seq: 5, kind: 'altered' }],
    ['run', `run_id = gen_random_uuid()`, { seq: 5, kind: 'altered' }],
    ['digest before', `before_digest = repeat('b', 64)`, { seq: 5, kind: 'altered' }],
    ['digest after', `after_digest = repeat('b', 64)`, { seq: 5, kind: 'altered' }],
    ['result', `result = 'failed'`, { seq: 5, kind: 'altered' }],
    ['reason', `reason = 'because it was not asked for'`, { seq: 5, kind: 'altered' }],
    ['detail', `detail = jsonb_set(detail, '{changed,0}', '"name"')`, { seq: 5, kind: 'altered' }],
    ['request', `request_id = 'request-2'`, { seq: 5, kind: 'altered' }],
    ['key', `key_id = 'another'`, { seq: 5, kind: 'other-key' }],
    ['hash before', `previous = decode(repeat('ab', 32), 'hex')`, { seq: 5, kind: 'altered' }],
    ['hash', `hash = decode(repeat('ab', 32), 'hex')`, { seq: 5, kind: 'altered' }],
  ])('names the row whose %s was changed', async (_, change, fault) => {
    const report = await log.verifyTampered(`update audit set ${change} where seq = 5`);
    expect(report).toMatchObject({ rows: 4, fault });
  });

  test('names a row that was dropped', async () => {
    const { rows, head, fault } = await log.verifyTampered('delete from audit where seq in (4, 5)');
    expect([rows, head?.seq]).toEqual([3, 3]);
    expect(fault).toEqual({ seq: 4, kind: 'missing', message: 'Rows 4 to 5 are missing: after row 3 comes row 6.' });
  });

  test('names the first of two rows that were swapped', async () => {
    const { fault } = await log.verifyTampered(
      'update audit set seq = case seq when 3 then 1007 when 7 then 1003 else seq end',
      'update audit set seq = seq - 1000 where seq > 1000',
    );
    expect(fault).toMatchObject({ seq: 3, kind: 'moved', message: expect.stringContaining('written as row 7') });
  });

  test('names the row in the place of a dropped one after which all were renumbered', async () => {
    const { fault } = await log.verifyTampered(
      'delete from audit where seq = 3',
      'update audit set seq = seq + 1000 where seq > 3',
      'update audit set seq = seq - 1001 where seq > 1000',
    );
    expect(fault).toMatchObject({ seq: 3, kind: 'moved' });
  });

  test('names a row that was added without the key', async () => {
    const { fault } = await log.verifyTampered(
      `insert into audit select 10, clock_timestamp(), phase, intent_seq, action, actor_kind, actor_id, 'mallory', authenticated_by, label,
         object_type, object_id, endpoint_id, run_id, before_digest, after_digest, result, reason, detail, request_id, key_id, hash,
         decode(repeat('ab', 32), 'hex') from audit where seq = 9`,
    );
    expect(fault).toMatchObject({ seq: 10, kind: 'altered', message: expect.stringContaining('mallory') });
  });

  test('finds fault with every row when the key is another one', async () => {
    const another = new AuditKey(new Secret(randomBytes(32)));
    const { fault } = await verifyAuditChain(log.database.pool, another, log.stateDir);
    expect(fault).toMatchObject({ seq: 1, kind: 'other-key', message: expect.stringContaining(another.keyId) });
  });
});

describe('the noted heads', () => {
  let log: AuditLog;
  beforeEach(async () => {
    log = await createAuditLog();
  });
  afterEach(() => log.drop());

  test('name the first row of a tail that was cut off', async () => {
    await log.fill(9);
    await noteHead(log);
    await log.tamper('delete from audit where seq > 6');
    expect(await log.verify()).toMatchObject({ rows: 6, heads: 1, fault: { seq: 7, kind: 'truncated' } });

    for (const name of ['7', '8', '9', '10']) await log.chain.note({ ...entryOf(name), reason: 'anew' }, 'succeeded');
    expect((await log.verify()).fault).toMatchObject({ seq: 9, kind: 'rewritten' });
  });

  test('tell that a whole table was emptied', async () => {
    await log.fill(9);
    await noteHead(log);
    await log.tamper('truncate audit');
    expect((await log.verify()).fault).toMatchObject({
      seq: 1,
      kind: 'truncated',
      message: expect.stringContaining('the table is empty'),
    });
  });

  test('are compared in logs of any length', async () => {
    await log.fill(1_100);
    await log.tamper(`update audit set actor = 'bob' where seq = 1050`);
    expect(await log.verify()).toMatchObject({ rows: 1_049, fault: { seq: 1_050, kind: 'altered' } });
  });
  test('are noted again and again, and at the end, in the log as well as in the file', async () => {
    await log.fill(2);
    const logged: unknown[] = [];
    let noted = (): void => {};
    const first = new Promise<void>(resolve => (noted = resolve));
    const keeper = keepAuditHeads({
      database: log.database.pool,
      stateDir: log.stateDir,
      log: {
        info: fields => {
          logged.push(fields);
          noted();
        },
        error: () => {},
      },
      every: 20,
    });
    await first;
    await log.fill(1);
    await keeper.stop();

    const { heads } = await readAuditHeads(log.stateDir);
    expect(heads.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(logged).toEqual(heads.map(auditHead => ({ auditHead })));
    expect(await log.verify()).toMatchObject({ rows: 3, heads: 2, fault: null });
  });

  test('say nothing while there is nothing', async () => {
    await noteHead(log);
    expect((await readAuditHeads(log.stateDir)).heads).toEqual([]);
    expect(await log.verify()).toEqual({ rows: 0, head: null, heads: 0, fault: null });
  });

  test('are read over what a crash cut short, and refused when they were changed', async () => {
    await log.fill(1);
    const file = auditHeadsFile(log.stateDir);
    await noteHead(log);
    appendFileSync(file, '{"seq":');
    await log.fill(1);
    expect((await readAuditHeads(log.stateDir)).heads.map(({ seq }) => seq)).toEqual([1]);
    await noteHead(log);
    expect((await readAuditHeads(log.stateDir)).heads.map(({ seq }) => seq)).toEqual([1, 2]);

    writeFileSync(file, readFileSync(file, 'utf8').replace('"hash":"', '"hash":"x'));
    expect(await log.verify()).toMatchObject({
      rows: 2,
      heads: 1,
      fault: { seq: null, kind: 'heads-altered', message: expect.stringMatching(/^Line 1 of .*audit-heads\.log/) },
    });
    expect((await log.verifyTampered('delete from audit where seq = 2')).fault).toMatchObject({ seq: 2, kind: 'truncated' });
  });
});
