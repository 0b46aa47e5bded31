import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditHead } from '../domain/audit/record';

/**
 * Where the audit log ended at some times, in `<stateDir>/audit-heads.log`: one line of JSON each, only ever added to. Rows that are cut off
 * the end of the table leave a chain that fits; they are missed by this file, which is not in the database.
 */
export const auditHeadsFile = (stateDir: string): string => join(stateDir, 'audit-heads.log');

/** On the disk when this returns. */
export async function appendAuditHead(stateDir: string, { seq, hash, time }: AuditHead): Promise<void> {
  await mkdir(stateDir, { recursive: true, mode: 0o711 });
  const handle = await open(auditHeadsFile(stateDir), 'a', 0o600);
  try {
    await handle.appendFile(`${JSON.stringify({ seq, hash, time })}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export interface NotedHeads {
  heads: AuditHead[];
  /** The first line that is not as it was written, from 1 on: whoever changed it may have hidden that rows were cut off. */
  spoiledLine: number | undefined;
}

/** Every head that was noted; none when there is no file. What a crash cut short stands at the end, or before the next head in its line. */
export async function readAuditHeads(stateDir: string): Promise<NotedHeads> {
  const file = auditHeadsFile(stateDir);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').slice(0, -1).map(parseHead);
  const spoiled = lines.indexOf(undefined);
  return { heads: lines.filter(line => line !== undefined), spoiledLine: spoiled === -1 ? undefined : spoiled + 1 };
}

function parseHead(line: string): AuditHead | undefined {
  const found = /\{"seq":([1-9]\d*),"hash":"([0-9a-f]{64})","time":"([\d:.TZ-]+)"\}$/.exec(line);
  if (found === null) return undefined;
  const [, seq = '', hash = '', time = ''] = found;
  return { seq: Number(seq), hash, time };
}
