import { loadConfig } from '../config/load';
import { findAuditKey } from '../database/audit-key';
import { type AuditReport, verifyAuditChain } from '../database/audit-verify';
import { createPool, resolveDatabase } from '../database/connect';
import { fail } from '../config/host/fail';
import { Opened } from '../config/host/opened';

/** `npm run audit:verify`: checks the whole audit log. Ends with status 1, and names the first bad row, when there is one. */
async function main(): Promise<void> {
  const config = loadConfig();
  const opened = new Opened();
  try {
    const database = await resolveDatabase(config);
    opened.add('PostgreSQL', database.stop);
    const pool = createPool(database.url, { max: 1 });
    opened.add('connection to PostgreSQL', () => pool.end());
    const report = await verifyAuditChain(pool, await findAuditKey(config), config.stateDir);
    if (report.fault !== null) throw new Error(`The audit log is not as it was written. ${report.fault.message}`);
    process.stdout.write(`${summary(report)}\n`);
  } finally {
    await opened.close();
  }
}

function summary({ rows, head, heads }: AuditReport): string {
  const end = head === null ? 'it is empty' : `it ends at row ${head.seq} with hash ${head.hash}`;
  const compared =
    heads === 0 ? 'no heads were noted yet, so that rows cut off its end would not be seen' : `${heads} noted heads fit`;
  return `The audit log is as it was written: ${rows} rows, ${end}; ${compared}.`;
}

main().catch(fail);
