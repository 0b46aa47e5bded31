import { AuditChain } from '../../database/audit-chain';
import { AuditIntentClosedError } from '../../database/audit-errors';
import { createPool } from '../../database/connect';
import { listAudit, listOpenIntents, readAuditAfter } from '../../database/repositories/audit';
import { startProgram } from '../support/child-program';
import { type AuditLog, createAuditLog, entryOf } from './support/audit-log';

describe('the audit log', () => {
  let log: AuditLog;
  beforeEach(async () => {
    log = await createAuditLog();
  });
  afterEach(() => log.drop());

  test('gives back what was written, and verifies', async () => {
    const intent = await log.chain.begin(entryOf('pve-a'));
    const outcome = await log.chain.complete(intent, {
      result: 'succeeded',
      afterDigest: 'b'.repeat(64),
      runId: '5E1B19B0-9D0B-4A0A-8F57-6F0D6C7B1D11',
      detail: { version: 2 },
    });
    const event = await log.chain.note({ ...entryOf('pve-a'), reason: 'two\nlines\0' }, 'failed');

    expect(await readAuditAfter(log.database.pool, 0, 10)).toEqual([intent, outcome, event]);
    expect([intent.seq, outcome.seq, outcome.intentSeq, event.seq]).toEqual([1, 2, 1, 3]);
    expect(outcome).toMatchObject({
      action: 'endpoint.change',
      actor: { name: 'ann' },
      beforeDigest: 'a'.repeat(64),
      result: 'succeeded',
      runId: '5e1b19b0-9d0b-4a0a-8f57-6f0d6c7b1d11',
    });
    expect(event.reason).toBe('two lines ');
    expect(await log.verify()).toEqual({ rows: 3, head: { seq: 3, hash: event.hash }, heads: 0, fault: null });
  });

  test.each([
    ['changed', `update audit set reason = 'another'`],
    ['changed, not even where there is none', 'update audit set reason = null where false'],
    ['deleted', 'delete from audit'],
    ['truncated', 'truncate audit'],
    ['truncated along with others', 'truncate audit, endpoint cascade'],
  ])('cannot be %s', async (_, statement) => {
    await log.fill(2);
    await expect(log.database.pool.query(statement)).rejects.toThrow('audit rows are never changed or removed');
    const replica = await log.database.pool.connect();
    await replica.query('set session_replication_role = replica');
    await expect(replica.query(statement)).rejects.toThrow('audit rows are never changed or removed');
    replica.release(true);
    expect(await log.verify()).toMatchObject({ rows: 2, fault: null });
  });

  test('is one chain without gaps when two processes append at the same time', async () => {
    const other = createPool(log.database.url);
    const chains = [log.chain, new AuditChain(other, log.key)];
    await Promise.all(Array.from({ length: 50 }, (_, n) => chains[n % 2]!.note(entryOf(String(n)), 'succeeded')));
    await other.end();

    const rows = await readAuditAfter(log.database.pool, 0, 100);
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    expect(new Set(rows.map(({ object }) => object?.id)).size).toBe(50);
    expect(await log.verify()).toMatchObject({ rows: 50, fault: null });
  });

  test('keeps an intent open whose process died before it wrote what came of it', async () => {
    const done = await log.chain.begin(entryOf('done'));
    await log.chain.complete(done, { result: 'succeeded' });
    const program = startProgram('test/database/programs/audit-intent.ts', [log.database.url]);
    await program.nextLine();
    await program.kill();

    const [open, ...others] = await listOpenIntents(log.database.pool);
    expect(others).toEqual([]);
    expect(open).toMatchObject({ seq: 3, phase: 'intent', object: { type: 'endpoint', id: 'crash' } });
    expect(await listOpenIntents(log.database.pool, { olderThanSeconds: 3_600 })).toEqual([]);

    await log.chain.complete(open!, { result: 'unknown', reason: 'its process died' });
    expect(await listOpenIntents(log.database.pool)).toEqual([]);
  });

  test('has one outcome for an intent that two close', async () => {
    const intent = await log.chain.begin(entryOf('twice'));
    const closing = [1, 2].map(() => log.chain.complete(intent, { result: 'unknown' }));
    const results = await Promise.allSettled(closing);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(log.chain.complete(intent, { result: 'succeeded' })).rejects.toThrow(AuditIntentClosedError);
    expect(await log.verify()).toMatchObject({ rows: 2, fault: null });
  });

  test('is listed from the newest row on, by who, what and when, in pages', async () => {
    await log.fill(5);
    await log.chain.note({ ...entryOf('6'), action: 'run.cancel', actor: { ...entryOf('6').actor, name: 'Bob' } }, 'refused');
    const list = async (filter: Parameters<typeof listAudit>[1], before?: number, limit = 10) => {
      const { rows, next } = await listAudit(log.database.pool, filter, { before, limit });
      return { seqs: rows.map(({ seq }) => seq), next };
    };

    expect(await list({}, undefined, 4)).toEqual({ seqs: [6, 5, 4, 3], next: 3 });
    expect(await list({}, 3, 4)).toEqual({ seqs: [2, 1], next: undefined });
    expect(await list({ actor: 'bob' })).toMatchObject({ seqs: [6] });
    expect(await list({ action: 'run.cancel', result: 'refused' })).toMatchObject({ seqs: [6] });
    expect(await list({ objectType: 'endpoint', objectId: '2' })).toMatchObject({ seqs: [2] });
    expect(await list({ endpointId: '7d0f4ce9-4e44-4b0b-8a1a-0e7c86e0b4c2', since: new Date(0) }, 3)).toMatchObject({
      seqs: [2, 1],
    });
    expect(await list({ until: new Date(0) })).toMatchObject({ seqs: [] });
    expect(await list({ runId: '7d0f4ce9-4e44-4b0b-8a1a-0e7c86e0b4c2' })).toMatchObject({ seqs: [] });
  });
});
