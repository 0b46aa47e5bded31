import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditChain } from '../../database/audit-chain';
import { openAuditKey } from '../../database/audit-key';
import { type ChildProgram, startProgram } from '../support/child-program';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { entryOf } from './support/audit-log';

describe('the program that verifies the audit log', () => {
  let stateDir: string;
  let database: TestDatabase;
  beforeAll(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'proxbox-audit-'));
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await database.drop();
    rmSync(stateDir, { recursive: true, force: true });
  });

  const start = (folder = stateDir): ChildProgram =>
    startProgram('scripts/audit-verify.ts', [], { DATABASE_URL: database.url, PROXBOX_STATE_DIR: folder });

  test('makes no key where there is none, and says what to set', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'proxbox-audit-'));
    const program = start(empty);
    await expect(program.nextLine()).rejects.toThrow(/There is no audit\.key in .* PROXBOX_AUDIT_KEY/);
    expect(readdirSync(empty)).toEqual([]);
    rmSync(empty, { recursive: true });
  });

  test('says where the log ends, or names the first bad row and fails', async () => {
    const chain = new AuditChain(database.pool, await openAuditKey({ auditKey: undefined, stateDir }));
    expect(statSync(join(stateDir, 'audit.key')).mode & 0o777).toBe(0o600);
    const [, last] = [await chain.note(entryOf('1'), 'succeeded'), await chain.note(entryOf('2'), 'succeeded')];

    const good = start();
    const goodEnd = once(good.process, 'exit');
    expect(await good.nextLine()).toContain(`2 rows, it ends at row 2 with hash ${last.hash}`);
    expect(await goodEnd).toEqual([0, null]);

    await database.pool.query('alter table audit disable trigger audit_append_only');
    await database.pool.query(`update audit set actor = 'bob' where seq = 1`);
    const bad = start();
    const badEnd = once(bad.process, 'exit');
    await expect(bad.nextLine()).rejects.toThrow(/The audit log is not as it was written\. Row 1 .* by bob/);
    expect(await badEnd).toEqual([1, null]);
  });
});
