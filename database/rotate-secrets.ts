import type { Pool } from 'pg';
import { inTransaction, type Queryable } from './queryable';
import { type SealedTable, sealedTables } from './sealed-columns';
import { SecretAlteredError, WrongEncryptionKeyError } from './secret-errors';
import type { SecretBox } from './secrets';

export interface RotationReport {
  /** Secrets that were encrypted anew. */
  rotated: number;
  /** Secrets that no given key opens, by their place and the key that they name: they have to be entered again. */
  unreadable: { place: string; keyId: string }[];
  /** Secrets that are under the present key now, the unreadable ones left out. */
  current: number;
}

export interface RotationOptions {
  /** Told after each batch that was committed. */
  progress?: (rotated: number) => void | Promise<void>;
}

/** Secrets in one transaction. */
const BATCH = 100;

/**
 * Encrypts every secret anew that is not under the box's present key, in small transactions, each all or nothing: it may be ended at any moment, and started
 * again. Processes that have both keys go on meanwhile; a secret that somebody changes at the same time is left as they wrote it.
 */
export async function rotateSecrets(
  pool: Pick<Pool, 'connect' | 'query'>,
  box: Pick<SecretBox, 'keyId' | 'seal' | 'open'>,
  { progress = () => {} }: RotationOptions = {},
): Promise<RotationReport> {
  const report: RotationReport = { rotated: 0, unreadable: [], current: 0 };
  for (const table of sealedTables) {
    let after = '';
    for (;;) {
      const batch = await inTransaction(pool, db => rotateBatch(db, box, table, after));
      report.rotated += batch.rotated;
      report.unreadable.push(...batch.unreadable);
      if (batch.rotated > 0) await progress(report.rotated);
      if (batch.last === undefined) break;
      after = batch.last;
    }
    const { rows } = await pool.query<{ n: number }>(`select count(*)::int as n from ${table.table} where key_id = $1`, [
      box.keyId,
    ]);
    report.current += rows[0]?.n ?? 0;
  }
  return report;
}

interface Batch {
  rotated: number;
  unreadable: RotationReport['unreadable'];
  /** Name of the last row that was looked at; undefined when there was none. */
  last: string | undefined;
}

async function rotateBatch(
  db: Queryable,
  box: Pick<SecretBox, 'keyId' | 'seal' | 'open'>,
  { table, row }: SealedTable,
  after: string,
): Promise<Batch> {
  const { rows } = await db.query<{ row: string; key_id: string; ciphertext: Buffer }>(
    `select ${row} as row, key_id, ciphertext from ${table}
      where key_id <> $1 and ${row} > $2 collate "C" order by (${row}) collate "C" limit ${BATCH} for update`,
    [box.keyId, after],
  );
  const batch: Batch = { rotated: 0, unreadable: [], last: rows.at(-1)?.row };
  for (const { row: name, key_id: keyId, ciphertext } of rows) {
    const place = { table, row: name, column: 'ciphertext' };
    try {
      const sealed = box.seal(box.open({ keyId, ciphertext }, place), place);
      await db.query(`update ${table} set key_id = $1, ciphertext = $2 where ${row} = $3`, [
        sealed.keyId,
        sealed.ciphertext,
        name,
      ]);
      batch.rotated += 1;
    } catch (error) {
      if (!(error instanceof WrongEncryptionKeyError) && !(error instanceof SecretAlteredError)) throw error;
      batch.unreadable.push({ place: `${table} ${name}`, keyId });
    }
  }
  return batch;
}
