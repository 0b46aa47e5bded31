import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils';

/** Writes a workflow's history down, as it is by now, so that it can be replayed. */
export async function saveHistory(client: Client, file: string, workflowId: string, runId?: string): Promise<void> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const json = historyToJSON(history);
  historyFromJSON(JSON.parse(json));
  mkdirSync(dirname(file), { recursive: true });
  // Stack traces name the folders of whoever records; a replay does not look at them.
  writeFileSync(file, json.replace(/"stackTrace": "[^\n]*"/g, '"stackTrace": ""') + '\n');
}
