import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Worker } from '@temporalio/worker';
import { startNetBoxSimulator } from '../../simulators/netbox/server';
import { startProxmoxSimulator } from '../../simulators/proxmox/simulator';
import { workflowIds } from '../../workflows/names';
import { startSyncWorld, type SyncWorld } from '../support/sync-world';
import { workflowBundlePath } from '../support/temporal-env';

/**
 * Histories of every kind of end, recorded by the release that first had it: runs that are open during an upgrade go on by these.
 * `RECORD_HISTORIES=<release> npx jest test/replay` records them anew into a folder of that name.
 */
const folder = join(__dirname, 'histories');
const release = process.env['RECORD_HISTORIES'];

jest.setTimeout(120_000);

beforeAll(async () => {
  if (release !== undefined) await record(join(folder, release));
});

const recorded = (): { name: string; text: string }[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => ({ name, text: readFileSync(join(folder, name), 'utf8') }));

test('recorded histories replay against the workflows of today', async () => {
  const histories = recorded();
  expect(histories.length).toBeGreaterThanOrEqual(6);
  for (const { name, text } of histories) {
    const history: unknown = JSON.parse(text);
    const replay = Worker.runReplayHistory({ workflowBundle: { codePath: workflowBundlePath() } }, history, `replay ${name}`);
    await expect(replay.then(() => name)).resolves.toBe(name);
  }
});

test('a history in which the steps come in another order does not replay', async () => {
  const complete = recorded().find(({ name }) => name.endsWith('endpoint-sync-completed.json'));
  const renamed = (complete?.text ?? '').replaceAll('"planEndpoint"', '"observeEndpoint2"');
  const replay = Worker.runReplayHistory(
    { workflowBundle: { codePath: workflowBundlePath() } },
    JSON.parse(renamed),
    'reordered',
  );
  await expect(replay).rejects.toThrow(/nondeterminism|TMPRL1100/i);
});

/** One world, every end. */
async function record(into: string): Promise<void> {
  mkdirSync(into, { recursive: true });
  const netbox = await startNetBoxSimulator();
  const proxmox = await startProxmoxSimulator({ world: { guests: 20, nodes: 2, clusterName: 'recorded' } });
  const world = await startSyncWorld(netbox);
  const save = async (name: string, workflowId: string): Promise<void> => {
    const history = await world.client.workflow.getHandle(workflowId).fetchHistory();
    const json = historyToJSON(history);
    historyFromJSON(JSON.parse(json));
    // Stack traces name the folders of whoever records; a replay does not look at them.
    writeFileSync(join(into, `${name}.json`), json.replace(/"stackTrace": "[^\n]*"/g, '"stackTrace": ""') + '\n');
  };
  try {
    await world.startWorker();
    const { id } = await world.addEndpoint('recorded', proxmox);
    const runs = async (name: string, body: Record<string, unknown>): Promise<void> => {
      const run = await world.sync(body);
      await save(`full-sync-${name}`, workflowIds.fullSync(run.id));
      await save(`endpoint-sync-${name}`, workflowIds.endpointSync(id));
    };
    await runs('dry-run', { dryRun: true });
    await runs('completed', {});
    await runs('unchanged', {});
    await recordSchedules(world, save);
    netbox.simulator.refusals.add({ namePattern: '.', objectType: 'virtualization.virtualmachine' });
    for (const guest of proxmox.world.truth().guests.slice(0, 3)) proxmox.world.rename(guest.vmid, `renamed-${guest.vmid}`);
    await runs('partial', {});
    for (const guest of proxmox.world.truth().guests) proxmox.world.rename(guest.vmid, `again-${guest.vmid}`);
    await runs('awaiting-confirmation', {});
    proxmox.world.revokeToken(proxmox.tokens.read.tokenId);
    await runs('failed', {});
  } finally {
    await world.stop();
    await proxmox.close();
    await netbox.close();
  }
}

/** What Schedules of Temporal start: a sync, one that is refused, and the purge. */
async function recordSchedules(world: SyncWorld, save: (name: string, workflowId: string) => Promise<void>): Promise<void> {
  const fire = async (name: string, scheduleId: string): Promise<void> => {
    const handle = world.client.schedule.getHandle(scheduleId);
    const before = (await handle.describe()).info.numActionsTaken;
    await handle.trigger();
    let info = (await handle.describe()).info;
    while (info.numActionsTaken === before) info = (await handle.describe()).info;
    const workflowId = info.recentActions.at(-1)?.action.workflow.workflowId ?? '';
    await world.client.workflow
      .getHandle(workflowId)
      .result()
      .catch(() => {});
    await save(name, workflowId);
  };
  const owner = await world.api<{ id: string }>('POST', '/users', { username: 'recorded' });
  await world.api('POST', `/users/${owner.id}/roles`, { role: 'operator' });
  const body = { name: 'recorded', owner: 'recorded', cron: '0 3 * * *', dryRun: true };
  const { id } = await world.api<{ id: string }>('POST', '/schedules', body);
  await fire('scheduled-sync-completed', workflowIds.scheduledSync(id));
  await world.api('DELETE', `/users/${owner.id}`, undefined, { 'if-match': '*' });
  await fire('scheduled-sync-refused', workflowIds.scheduledSync(id));
  await fire('retention', workflowIds.retention);
  await world.api('DELETE', `/schedules/${id}`, undefined, { 'if-match': '*' });
}
