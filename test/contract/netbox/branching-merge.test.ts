import { branches, branchEvents, branchIn, changesOf, inside, jobEnd, makeBranch, operate } from './support/branching';
import { onEveryBranchingNetBox } from './support/netbox';
import { makePerson, makeToken } from './support/people';
import { disks, interfaces, machines, makeCluster, makeInterface, makeMachine } from './support/world';

onEveryBranchingNetBox('the merge of a branch', netbox => {
  it('is rehearsed without effect', async () => {
    const { api } = netbox();
    const machine = await makeMachine(netbox(), { memory: 100 });
    const branch = await makeBranch(netbox());
    await api.patch(`${machines}/${machine.id}/`, { memory: 200 }, inside(branch));
    const asked = await api.post(`${branches}/${branch.id}/merge/`, { commit: false });
    expect(asked.row()).toMatchObject({ name: 'Merge branch', object_type: 'netbox_branching.branch', object_id: branch.id });
    expect(await jobEnd(netbox(), asked)).toMatchObject({
      status: { value: 'completed' },
      error: '',
      data: {
        report: [],
        merge_strategy: 'iterative',
        changes_summary: {
          updates: { 'virtualization.virtualmachine': 1 },
          updates_total: 1,
          creates_total: 0,
          deletes_total: 0,
        },
      },
    });
    expect((await api.get(`${machines}/${machine.id}/`)).row()).toMatchObject({ memory: 100 });
    await branchIn(netbox(), branch, 'ready');
    const misread = await operate(netbox(), branch, 'merge', { commit: 'perhaps' });
    expect(misread).toMatchObject({ status: { value: 'completed' } });
    await branchIn(netbox(), branch, 'ready');
  });

  it('does every change again in main, under its own person and request', async () => {
    const { api } = netbox();
    const cluster = await makeCluster(netbox());
    const machine = await makeMachine(netbox(), { cluster: cluster.id, memory: 100 });
    const nic = await makeInterface(netbox(), machine);
    const branch = await makeBranch(netbox());
    const request = await api.patch(`${machines}/${machine.id}/`, { memory: 200 }, inside(branch));
    const born = (await api.post(`${machines}/`, { name: netbox().unique('vm'), cluster: cluster.id }, inside(branch))).row();
    netbox().remember(machines, born);
    const disk = await api.post(`${disks}/`, { name: 'scsi0', virtual_machine: born.id, size: 10 }, inside(branch));
    await api.delete(`${interfaces}/${nic.id}/`, undefined, inside(branch));
    const job = await operate(netbox(), branch, 'merge');
    expect(job).toMatchObject({ status: { value: 'completed' }, error: '' });

    const merged = (await api.get(`${branches}/${branch.id}/`)).row();
    expect(merged).toMatchObject({ status: { value: 'merged' }, merged_by: { username: expect.any(String) } });
    expect(merged['merged_time']).toMatch(/^\d{4}-/);
    expect(merged['last_updated']).not.toBe(branch['last_updated']);
    expect((await api.get(`${machines}/${born.id}/`)).row()).toMatchObject({ disk: 10 });
    expect((await api.get(`${disks}/${disk.row().id}/`)).row()).toMatchObject({ size: 10 });
    expect((await api.get(`${interfaces}/${nic.id}/`)).status).toBe(404);
    const id = String(request.headers.get('x-request-id'));
    expect((await api.get(`core/object-changes/?request_id=${id}`)).rows()).toMatchObject([
      { changed_object_id: machine.id, action: { value: 'update' }, postchange_data: { memory: 200 } },
    ]);
    const events = (await api.get(`${branchEvents}/?type=merged&limit=1000`)).rows();
    expect(events.filter(event => (event['branch'] as { id: number }).id === branch.id)).toHaveLength(1);
    expect(await changesOf(netbox(), branch)).toHaveLength(4);
    const again = await api.post(`${branches}/${branch.id}/merge/`, { commit: true });
    expect(again).toMatchObject({ status: 400, body: 'Branch is not ready to merge.' });
  });

  it('does nothing when the branch has no changes', async () => {
    const branch = await makeBranch(netbox());
    expect(await operate(netbox(), branch, 'merge')).toMatchObject({ status: { value: 'completed' } });
    await branchIn(netbox(), branch, 'ready');
  });

  it("is refused as a whole by main's rules, with a report", async () => {
    const { api } = netbox();
    const cluster = await makeCluster(netbox());
    const machine = await makeMachine(netbox(), { cluster: cluster.id, memory: 100 });
    const branch = await makeBranch(netbox());
    const name = netbox().unique('vm');
    await api.patch(`${machines}/${machine.id}/`, { memory: 200 }, inside(branch));
    const born = await api.post(`${machines}/`, { name, cluster: cluster.id }, inside(branch));
    await makeMachine(netbox(), { name, cluster: cluster.id });
    const words = expect.stringContaining('Virtual machine name must be unique per cluster');
    const job = await operate(netbox(), branch, 'merge');
    expect(job).toMatchObject({
      status: { value: 'errored' },
      error: words,
      data: { report: [{ type: 'validation_error', model: 'virtual machine', detail: words, object_id: born.row().id }] },
    });
    await branchIn(netbox(), branch, 'ready');
    expect((await api.get(`${machines}/${machine.id}/`)).row()).toMatchObject({ memory: 100 });
  });

  it('can be reverted, which opens the branch again', async () => {
    const { api } = netbox();
    const cluster = await makeCluster(netbox());
    const machine = await makeMachine(netbox(), { cluster: cluster.id, memory: 100 });
    const doomed = await makeMachine(netbox(), { cluster: cluster.id, memory: 7 });
    const branch = await makeBranch(netbox());
    await api.patch(`${machines}/${machine.id}/`, { memory: 200 }, inside(branch));
    const born = (await api.post(`${machines}/`, { name: netbox().unique('vm'), cluster: cluster.id }, inside(branch))).row();
    await api.delete(`${machines}/${doomed.id}/`, undefined, inside(branch));
    const early = await api.post(`${branches}/${branch.id}/revert/`, { commit: true });
    expect(early).toMatchObject({ status: 400, body: 'Only merged branches can be reverted.' });
    await operate(netbox(), branch, 'merge');
    await api.patch(`${machines}/${machine.id}/`, { vcpus: 4 });
    expect(await operate(netbox(), branch, 'revert')).toMatchObject({ name: 'Revert branch', status: { value: 'completed' } });
    expect((await api.get(`${machines}/${machine.id}/`)).row()).toMatchObject({ memory: 100, vcpus: 4 });
    expect((await api.get(`${machines}/${born.id}/`)).status).toBe(404);
    expect((await api.get(`${machines}/${doomed.id}/`)).row()).toMatchObject({ memory: 7 });
    const open = await branchIn(netbox(), branch, 'ready');
    expect(open).toMatchObject({ merged_time: null, merged_by: null });
  });

  it('ends with the archive, from which nothing comes back', async () => {
    const { api } = netbox();
    const machine = await makeMachine(netbox());
    const branch = await makeBranch(netbox());
    await api.patch(`${machines}/${machine.id}/`, { memory: 2 }, inside(branch));
    const early = await api.post(`${branches}/${branch.id}/archive/`, {});
    expect(early).toMatchObject({ status: 400, body: 'Only merged branches can be archived.' });
    await operate(netbox(), branch, 'merge');
    const archived = await api.post(`${branches}/${branch.id}/archive/`, {});
    expect(archived).toMatchObject({ status: 200, body: { status: { value: 'archived' } } });
    const late = await api.post(`${branches}/${branch.id}/revert/`, { commit: true });
    expect(late.status).toBe(400);
    expect(await changesOf(netbox(), branch)).toHaveLength(1);
  });

  it('needs its own permission', async () => {
    const { api } = netbox();
    const branch = await makeBranch(netbox());
    const types = ['netbox_branching.branch'];
    const reader = await makePerson(netbox(), [{ types, actions: ['view'] }]);
    const planner = await makePerson(netbox(), [{ types, actions: ['view', 'add', 'change'] }]);
    const asReader = netbox().as(await makeToken(netbox(), reader));
    const asPlanner = netbox().as(await makeToken(netbox(), planner));
    expect((await asReader.get(`${branches}/${branch.id}/`)).status).toBe(200);
    expect((await asReader.post(`${branches}/`, { name: netbox().unique('branch') })).status).toBe(403);
    const refused = await asPlanner.post(`${branches}/${branch.id}/merge/`, { commit: true });
    expect(refused).toMatchObject({ status: 403, body: { detail: 'This user does not have permission to merge branches.' } });
    expect((await api.get(`core/jobs/?object_type=netbox_branching.branch&object_id=${branch.id}`)).rows()).toHaveLength(1);
  });
});
