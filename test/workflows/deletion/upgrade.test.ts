import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import pino from 'pino';
import { NAMESPACE } from '../../../temporal/dev-server';
import { startWorker, type RunningWorker } from '../../../worker/start';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startDeletionLab, type DeletionLab } from './support/deletion-lab';

jest.setTimeout(120_000);

let lab: DeletionLab;
let cluster: Cluster;
let newer: RunningWorker;
const folder = mkdtempSync(join(tmpdir(), 'proxbox-newer-'));

beforeAll(async () => {
  lab = await startDeletionLab();
  cluster = await lab.writable(
    'upgrade',
    [100, 101, 102, 103].map(vmid => vm(vmid, `vm-${vmid}`, { power: 'stopped' })),
  );
});
afterAll(async () => {
  await newer?.stop();
  await lab?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A worker whose workflows are those of a release to come. */
async function upgrade(): Promise<void> {
  const workflowsPath = require.resolve('./support/newer-workflows.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  const codePath = join(folder, 'newer.js');
  writeFileSync(codePath, code);
  await lab.world.stopWorker();
  newer = await startWorker({
    config: lab.world.config,
    pool: lab.world.database.pool,
    temporal: { connectionOptions: { address: lab.world.environment['TEMPORAL_ADDRESS'] ?? '' }, namespace: NAMESPACE },
    log: pino({ level: 'silent' }),
    bundle: { codePath },
  });
}

test('requests that were opened before an upgrade of the workflows are decided after it, as are new ones', async () => {
  const waiting = await lab.ask(cluster, 100);
  const rejected = await lab.ask(cluster, 101);
  const blocked = await lab.ask(cluster, 102);
  cluster.proxmox.world.changeGuest(102, { power: 'running' });
  await lab.decide(lab.approver, blocked.id, 'approve');
  await lab.until(blocked.id, 'blocked');

  await upgrade();

  expect((await lab.decide(lab.approver, waiting.id, 'approve')).status).toBe(200);
  expect(await lab.closed(waiting.id)).toMatchObject({ state: 'destroyed', deadline: waiting.deadline });
  expect((await lab.decide(lab.approver, rejected.id, 'reject', { reason: 'still in use' })).status).toBe(200);
  expect(await lab.closed(rejected.id)).toMatchObject({ state: 'rejected' });
  cluster.proxmox.world.changeGuest(102, { power: 'stopped' });
  expect(await lab.closed(blocked.id)).toMatchObject({ state: 'destroyed' });

  const fresh = await lab.ask(cluster, 103);
  await lab.decide(lab.approver, fresh.id, 'approve');
  expect(await lab.closed(fresh.id)).toMatchObject({ state: 'destroyed' });
  expect(lab.deletes(cluster)).toHaveLength(3);

  // The step of the next release is in what was started with it, and in nothing else.
  const taken = async (vmid: number): Promise<boolean> => {
    const { events } = await lab.world.client.workflow.getHandle(`deletion/${cluster.id}/${vmid}`).fetchHistory();
    return (events ?? []).some(({ markerRecordedEventAttributes: marker }) => marker?.markerName === 'core_patch');
  };
  expect(await Promise.all([100, 101, 102, 103].map(taken))).toEqual([false, false, false, true]);
});
