import { createNetBoxBranching, type NetBoxBranching } from '../../../clients/netbox/branching/client';
import { findObjectTypeId } from '../../../clients/netbox/object-types';
import { NetBoxNotFoundError, NetBoxPermissionError } from '../../../clients/netbox/errors';
import { branches, inside, operate } from './support/branching';
import { onEveryBranchingNetBox } from './support/netbox';
import { makePerson, makeToken } from './support/people';
import { machines, makeCluster, makeInterface, makeMachine } from './support/world';
import type { Row } from './support/api';

const soon = { pollMs: 200 };

onEveryBranchingNetBox("the client's branches", netbox => {
  const branching = (): NetBoxBranching => createNetBoxBranching(netbox().client);

  /** A branch that is ready, and its row for raw requests. */
  const open = async (values: { description?: string } = {}): Promise<Row> => {
    const made = await branching().create({ name: netbox().unique('branch'), ...values });
    netbox().remember(branches, made);
    const ready = await branching().awaitReady(made.id, soon);
    expect(ready.status).toBe('ready');
    return (await netbox().api.get(`${branches}/${made.id}/`)).row();
  };

  it('are made, found, and found by what changed since', async () => {
    const began = new Date(Date.now() - 60_000);
    expect(await branching().isInstalled()).toBe(true);
    const row = await open({ description: 'why' });
    const branch = await branching().find(row.id);
    expect(branch).toMatchObject({
      id: row.id,
      name: row['name'],
      schemaId: row['schema_id'],
      status: 'ready',
      description: 'why',
      owner: { id: expect.any(Number), username: expect.any(String) },
      mergedTime: undefined,
      mergedBy: undefined,
      tags: [],
    });
    expect(await branching().findAll([row.id, row.id + 100_000])).toEqual([branch]);
    expect(await branching().find(row.id + 100_000)).toBeUndefined();
    expect((await branching().changedSince(began)).map(({ id }) => id)).toContain(row.id);
    expect(await branching().changedSince(new Date('2100-01-01'))).toEqual([]);
    expect(await netbox().client.listAll(machines, { branch: String(row['schema_id']), limit: 1 })).toEqual(expect.any(Array));
  });

  it('tell what they change, in order, with both states', async () => {
    const { api, client } = netbox();
    const cluster = await makeCluster(netbox());
    const machine = await makeMachine(netbox(), { cluster: cluster.id, memory: 100 });
    const nic = await makeInterface(netbox(), machine);
    const row = await open();
    await api.patch(`${machines}/${machine.id}/`, { memory: 200, vcpus: 2 }, inside(row));
    await api.delete(`virtualization/interfaces/${nic.id}/`, undefined, inside(row));
    const born = (await api.post(`${machines}/`, { name: netbox().unique('vm'), cluster: cluster.id }, inside(row))).row();
    const gone = (await api.post(`${machines}/`, { name: netbox().unique('vm'), cluster: cluster.id }, inside(row))).row();
    await api.delete(`${machines}/${gone.id}/`, undefined, inside(row));
    await api.patch(`${machines}/${machine.id}/`, { memory: 300, status: 'offline' });

    const changes = await branching().changes(row.id);
    expect(changes).toMatchObject([
      {
        branchId: row.id,
        objectType: 'virtualization.virtualmachine',
        objectId: machine.id,
        objectRepr: machine['name'],
        action: 'update',
        original: { memory: 100, vcpus: null, status: 'active' },
        modified: { memory: 200, vcpus: '2.00', status: 'active' },
        conflicts: ['memory'],
        inMain: true,
      },
      { objectType: 'virtualization.vminterface', objectId: nic.id, action: 'delete', modified: null },
      { objectId: born.id, action: 'create', original: null, modified: { name: born['name'] }, inMain: false },
    ]);
    expect(await branching().changes(row.id, { objectTypes: ['virtualization.vminterface'] })).toHaveLength(1);
    const both = ['virtualization.virtualmachine', 'virtualization.vminterface'];
    expect(await branching().changes(row.id, { objectTypes: both })).toHaveLength(3);
    const inBranch = await client.get(machines, machine.id, { branch: String(row['schema_id']) });
    expect(inBranch.object).toMatchObject({ memory: 200 });
    expect(await findObjectTypeId(client, 'virtualization.vminterface')).toEqual(expect.any(Number));
    expect(await findObjectTypeId(client, 'virtualization.unheardof')).toBeUndefined();
  });

  it('are rehearsed, merged, and then in no state to be merged again', async () => {
    const { api } = netbox();
    const machine = await makeMachine(netbox(), { memory: 100 });
    const row = await open();
    const before = (await branching().events()).at(-1)?.id ?? 0;
    expect(await branching().merge(row.id, soon)).toEqual({ kind: 'nothing-to-merge' });
    await api.patch(`${machines}/${machine.id}/`, { memory: 200 }, inside(row));
    expect(await branching().rehearse(row.id, soon)).toMatchObject({ kind: 'passed', jobId: expect.any(Number) });
    expect((await api.get(`${machines}/${machine.id}/`)).row()).toMatchObject({ memory: 100 });
    expect(await branching().merge(row.id, soon)).toMatchObject({
      kind: 'merged',
      branch: { id: row.id, status: 'merged', mergedTime: expect.any(String), mergedBy: { username: expect.any(String) } },
    });
    expect((await api.get(`${machines}/${machine.id}/`)).row()).toMatchObject({ memory: 200 });
    expect(await branching().merge(row.id, soon)).toEqual({ kind: 'not-ready', status: 'merged' });
    const mine = (await branching().events({ afterId: before })).filter(({ branchId }) => branchId === row.id);
    expect(mine).toMatchObject([{ type: 'merged', branchName: row['name'], user: { username: expect.any(String) } }]);
    const merges = await branching().events({ types: ['merged'], since: new Date(Date.now() - 600_000) });
    expect(merges.map(({ id }) => id)).toContain(mine[0]?.id);
  });

  it('say which values conflict, and merge over them when told to', async () => {
    const { api } = netbox();
    const machine = await makeMachine(netbox(), { memory: 100 });
    const row = await open();
    await api.patch(`${machines}/${machine.id}/`, { memory: 200 }, inside(row));
    await api.patch(`${machines}/${machine.id}/`, { memory: 300 });
    expect(await branching().merge(row.id, soon)).toEqual({
      kind: 'conflicts',
      conflicts: [
        {
          objectType: 'virtualization.virtualmachine',
          objectId: machine.id,
          objectName: machine['name'],
          action: 'update',
          fields: ['memory'],
          original: { memory: 100 },
          branch: { memory: 200 },
          main: { memory: 300 },
        },
      ],
    });
    expect(await branching().merge(row.id, { ...soon, acknowledgeConflicts: true })).toMatchObject({ kind: 'merged' });
  });

  it("say why main's rules refused a merge", async () => {
    const { api } = netbox();
    const cluster = await makeCluster(netbox());
    const row = await open();
    const name = netbox().unique('vm');
    const born = (await api.post(`${machines}/`, { name, cluster: cluster.id }, inside(row))).row();
    await makeMachine(netbox(), { name, cluster: cluster.id });
    const words = expect.stringContaining('Virtual machine name must be unique');
    const failed = {
      kind: 'failed',
      error: words,
      problems: [{ type: 'validation_error', model: 'virtual machine', detail: words, objectId: born.id }],
    };
    expect(await branching().rehearse(row.id, soon)).toMatchObject(failed);
    expect(await branching().merge(row.id, soon)).toMatchObject(failed);
  });

  it('of a revert are open again, with an event of it', async () => {
    const machine = await makeMachine(netbox());
    const row = await open();
    await netbox().api.patch(`${machines}/${machine.id}/`, { memory: 2 }, inside(row));
    await branching().merge(row.id, soon);
    await operate(netbox(), row, 'revert');
    expect(await branching().find(row.id)).toMatchObject({ status: 'ready', mergedTime: undefined, mergedBy: undefined });
    const mine = (await branching().events({ types: ['merged', 'reverted'] })).filter(({ branchId }) => branchId === row.id);
    expect(mine.map(({ type }) => type)).toEqual(['merged', 'reverted']);
  });

  it('that are not there, or not allowed, are told apart from a merge that failed', async () => {
    const row = await open();
    await expect(branching().merge(row.id + 100_000, soon)).rejects.toBeInstanceOf(NetBoxNotFoundError);
    const person = await makePerson(netbox(), [{ types: ['netbox_branching.branch', 'core.job'], actions: ['view'] }]);
    const viewer = netbox().clientAs(await makeToken(netbox(), person));
    await expect(createNetBoxBranching(viewer).merge(row.id, soon)).rejects.toBeInstanceOf(NetBoxPermissionError);
  });
});
