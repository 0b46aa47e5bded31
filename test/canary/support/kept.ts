import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';

/** Every row of every table as text; bytes are in hexadecimal. */
export async function everyRow(pool: Pool): Promise<string> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const contents = await Promise.all(
    tables.map(({ name }) => pool.query<{ row: string }>(`select t::text as row from ${name} t`)),
  );
  return contents.flatMap(({ rows }) => rows.map(({ row }) => row)).join('\n');
}

/** All that Temporal keeps and its Web UI shows of every workflow and Schedule, payloads decoded. */
export async function everythingInTemporal(client: Client): Promise<string> {
  const texts: string[] = [];
  for await (const { workflowId, runId } of client.workflow.list()) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const details = handle.query('__temporal_workflow_metadata').catch((error: unknown) => String(error));
    texts.push(...textsIn([workflowId, await handle.fetchHistory(), (await handle.describe()).raw, await details]));
  }
  for await (const { scheduleId } of client.schedule.list()) {
    texts.push(...textsIn([scheduleId, (await client.schedule.getHandle(scheduleId).describe()).raw]));
  }
  return texts.join('\n');
}

/** Keys and texts of a value; bytes, such as the data of a payload, as the text that they are. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}

/** Every file below a folder, byte for byte, with its name. */
export function everyFile(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => statSync(join(folder, name)).isFile())
    .map(name => `${name}\n${readFileSync(join(folder, name)).toString('latin1')}`)
    .join('\n');
}
