import { createNetBoxBranching, type NetBoxBranching } from '../../../clients/netbox/branching/client';
import { createNetBoxClient, type NetBoxClient } from '../../../clients/netbox/client';
import { type RunningNetBox, startNetBoxSimulator } from '../../../simulators/netbox/server';

const machines = 'virtualization/virtual-machines';
const merging = { pathPattern: '/merge/$' };
const soon = { pollMs: 20, settleMs: 300 };

describe('a merge whose answer is lost', () => {
  let netbox: RunningNetBox;
  let client: NetBoxClient;
  let branching: NetBoxBranching;
  let vm: number;
  let branchId: number;
  beforeEach(async () => {
    netbox = await startNetBoxSimulator({ branching: true });
    client = createNetBoxClient({ baseUrl: netbox.url, token: netbox.token, timeoutMs: 5_000 });
    branching = createNetBoxBranching(client);
    const type = await client.create('virtualization/cluster-types', { name: 'type', slug: 'type' });
    const cluster = await client.create('virtualization/clusters', { name: 'cluster', type: type.id });
    vm = (await client.create(machines, { name: 'vm', cluster: cluster.id, memory: 1 })).id;
    const { id, schemaId } = await branching.awaitReady((await branching.create({ name: 'one' })).id, soon);
    branchId = id;
    await fetch(`${netbox.url}/api/${machines}/${vm}/`, {
      method: 'PATCH',
      headers: { authorization: netbox.token, 'content-type': 'application/json', 'x-netbox-branch': schemaId },
      body: JSON.stringify({ memory: 2 }),
    });
  });
  afterEach(async () => {
    await client.close();
    await netbox.close();
  });

  const memory = async (): Promise<unknown> => (await client.get(machines, vm)).object['memory'];
  const merges = (): number => netbox.simulator.log.list().filter(({ path }) => path.endsWith('/merge/')).length;

  it('is found by its job, and sent once', async () => {
    netbox.simulator.faults.add({ match: merging, when: 'after', action: { kind: 'reset' } });
    expect(await branching.merge(branchId, soon)).toMatchObject({ kind: 'merged', branch: { status: 'merged' } });
    expect(await memory()).toBe(2);
    expect(merges()).toBe(1);
  });

  it('is found by its job, when that failed', async () => {
    netbox.simulator.branching?.hooks.add({ kind: 'fail-job', operation: 'merge', error: "OperationalError('gone')" });
    netbox.simulator.faults.add({ match: merging, when: 'after', action: { kind: 'html' } });
    expect(await branching.merge(branchId, soon)).toMatchObject({
      kind: 'failed',
      error: "OperationalError('gone')",
      problems: [],
    });
    expect(await memory()).toBe(1);
  });

  it('never began when no job appears, and may be asked for again', async () => {
    netbox.simulator.faults.add({ match: merging, when: 'before', action: { kind: 'reset' } });
    expect(await branching.merge(branchId, soon)).toEqual({ kind: 'unanswered', status: 'ready' });
    expect(await branching.merge(branchId, soon)).toMatchObject({ kind: 'merged' });
  });

  it('of a rehearsal is no merge', async () => {
    netbox.simulator.faults.add({ match: merging, when: 'after', action: { kind: 'truncate' } });
    expect(await branching.rehearse(branchId, soon)).toMatchObject({ kind: 'passed' });
    expect(await memory()).toBe(1);
  });

  it('goes on after the wait, and is looked at again', async () => {
    netbox.simulator.branching?.hooks.add({ kind: 'delay-job', operation: 'merge', ms: 1_500 });
    const looks: number[] = [];
    const first = await branching.merge(branchId, { ...soon, waitMs: 60, onPoll: () => looks.push(1) });
    if (first.kind !== 'running') throw new Error(`it is ${first.kind}`);
    expect(looks.length).toBeGreaterThan(0);
    expect(await branching.merge(branchId, soon)).toEqual({ kind: 'not-ready', status: 'merging' });
    expect(await branching.awaitMerge(branchId, first.jobId, { ...soon, commit: true })).toMatchObject({ kind: 'merged' });
  });

  it('stops waiting when the caller gives up', async () => {
    netbox.simulator.branching?.hooks.add({ kind: 'delay-job', operation: 'merge', ms: 1_500 });
    const given = new AbortController();
    const waiting = branching.merge(branchId, {
      pollMs: 5_000,
      signal: given.signal,
      onPoll: () => given.abort(new Error('enough')),
    });
    await expect(waiting).rejects.toThrow('enough');
  });
});
