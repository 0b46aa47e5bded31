import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../../config/secret';
import { AuditChain } from '../../../database/audit-chain';
import { AuditKey } from '../../../database/audit-key';
import { type AuditReport, verifyAuditChain } from '../../../database/audit-verify';
import type { AuditEntry } from '../../../domain/audit/record';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

/** An audit log in a database and a state folder of its own. */
export interface AuditLog {
  database: TestDatabase;
  stateDir: string;
  key: AuditKey;
  chain: AuditChain;
  /** Appends events named 1, 2, 3 and so on. */
  fill(rows: number): Promise<void>;
  verify(): Promise<AuditReport>;
  /** Runs statements as who may do everything: the owner, who has switched the guard off. */
  tamper(...statements: string[]): Promise<void>;
  /** What verifying finds after such statements, which are then undone. */
  verifyTampered(...statements: string[]): Promise<AuditReport>;
  drop(): Promise<void>;
}

const guardOff = 'alter table audit disable trigger audit_append_only';
const guardOn = 'alter table audit enable always trigger audit_append_only';

export async function createAuditLog(): Promise<AuditLog> {
  const database = await createTestDatabase();
  const stateDir = mkdtempSync(join(tmpdir(), 'proxbox-audit-'));
  const key = new AuditKey(new Secret(randomBytes(32)));
  const chain = new AuditChain(database.pool, key);
  return {
    database,
    stateDir,
    key,
    chain,
    async fill(rows) {
      for (let n = 1; n <= rows; n++) await chain.note(entryOf(String(n)), 'succeeded');
    },
    verify: () => verifyAuditChain(database.pool, key, stateDir),
    tamper: async (...statements) => {
      for (const statement of [guardOff, ...statements, guardOn]) await database.pool.query(statement);
    },
    async verifyTampered(...statements) {
      const client = await database.pool.connect();
      try {
        for (const statement of ['begin', guardOff, ...statements]) await client.query(statement);
        return await verifyAuditChain(client, key, stateDir);
      } finally {
        await client.query('rollback');
        client.release();
      }
    },
    async drop() {
      await database.drop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

export const entryOf = (name: string): AuditEntry => ({
  action: 'endpoint.change',
  actor: {
    kind: 'user',
    id: '0B8BEA66-1C0C-4B7E-9B19-2B7A5B6C9A01',
    name: 'ann',
    authenticatedBy: 'session',
    label: 'cron on web1',
  },
  object: { type: 'endpoint', id: name },
  endpointId: '7D0F4CE9-4E44-4B0B-8A1A-0E7C86E0B4C2',
  runId: null,
  beforeDigest: 'a'.repeat(64),
  afterDigest: null,
  reason: 'because it was asked for',
  detail: { name, changed: ['url', 'tls'], share: 0.1, nothing: null, big: 1e21, text: 'naïve ☃ "quoted" \\ / \u2028' },
  requestId: 'request-1',
});
