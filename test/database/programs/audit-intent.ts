import { randomBytes } from 'node:crypto';
import { Secret } from '../../../config/secret';
import { AuditChain } from '../../../database/audit-chain';
import { AuditKey } from '../../../database/audit-key';
import { createPool } from '../../../database/connect';
import { entryOf } from '../support/audit-log';

/** Writes an intent, says so, and never comes to its effect. */
async function main([url = '']: string[]): Promise<void> {
  const chain = new AuditChain(createPool(url), new AuditKey(new Secret(randomBytes(32))));
  await chain.begin(entryOf('crash'));
  console.log('written');
  setInterval(() => {}, 60_000);
}

void main(process.argv.slice(2));
