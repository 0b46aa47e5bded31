import type { ProxmoxSimulator } from '../../../simulators/proxmox/simulator';
import { container, vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, type Diff, type IntentLab } from './support/intent-lab';

jest.setTimeout(120_000);

let lab: IntentLab;
let cluster: Cluster;

const TEMPLATE = 900;
const clone: Diff = { op: 'create', kind: 'qemu', payload: { template_vmid: TEMPLATE, cores: 2, memory_mib: 2048 } };
const archive: Diff = {
  op: 'create',
  kind: 'lxc',
  payload: {
    node: 'gamma-02',
    ostemplate: 'local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst',
    cores: 1,
    memory_mib: 512,
    nics: [{ key: 'net0' }],
  },
};

/** What somebody does between the plan of a new guest and its first call, and what the change then ends with. */
const happenings: {
  what: string;
  diff: Diff;
  vmid: number;
  does(proxmox: ProxmoxSimulator, vmid: number): void;
  reason: string;
  says: RegExp;
}[] = [
  {
    what: 'a virtual machine takes its VMID',
    diff: clone,
    vmid: 200,
    does: ({ world }, vmid) => world.createGuest(vm(vmid, 'first')),
    reason: 'vmid_taken',
    says: /VMID 200 is taken by first/,
  },
  {
    what: 'a container takes the VMID of a virtual machine',
    diff: clone,
    vmid: 201,
    does: ({ world }, vmid) => world.createGuest(container(vmid, 'other-kind')),
    reason: 'vmid_taken',
    says: /VMID 201 is taken by other-kind/,
  },
  {
    what: 'a guest with the very name that was wanted takes its VMID',
    diff: archive,
    vmid: 202,
    does: ({ world }, vmid) => world.createGuest(container(vmid, 'born-202')),
    reason: 'vmid_taken',
    says: /VMID 202 is taken by born-202/,
  },
  {
    what: 'its node goes offline',
    diff: archive,
    vmid: 203,
    does: ({ world }) => world.changeNode('gamma-02', { state: 'offline' }),
    reason: 'node_offline',
    says: /gamma-02 is not online/,
  },
  {
    what: 'its template is reconfigured',
    diff: clone,
    vmid: 204,
    does: ({ world }) => world.changeGuest(TEMPLATE, { config: { cores: 1 } }),
    reason: 'template_changed',
    says: /template was changed or removed/,
  },
  {
    what: 'its template is destroyed',
    diff: clone,
    vmid: 205,
    does: ({ world }) => world.destroyGuest(TEMPLATE),
    reason: 'template_changed',
    says: /template was changed or removed/,
  },
];

beforeAll(async () => {
  lab = await startIntentLab();
  await lab.switchIntent(true);
  const config = { template: 1, scsi0: `ceph:base-${TEMPLATE}-disk-0,size=4G` };
  cluster = await lab.writable('gamma', [vm(TEMPLATE, 'golden', { power: 'stopped', node: 'gamma-01', config })], {
    fields: { policy: { intent_storage: 'ceph', intent_bridge: 'vmbr0' } },
  });
});
afterAll(() => lab.stop());
afterEach(() => cluster.proxmox.world.changeNode('gamma-02', { state: 'online' }));

test.each(happenings)('a new guest is not made when, after its plan, $what', async ({ diff, vmid, does, reason, says }) => {
  const plan = await lab.planOf(cluster, [{ ...diff, payload: { ...diff.payload, vmid, name: `born-${vmid}` } }]);
  expect(plan).toMatchObject({ state: 'ready', permitted: true });
  does(cluster.proxmox, vmid);
  const before = cluster.proxmox.world.truth();
  lab.writesOf(cluster);

  const run = await lab.applyPlan(plan);
  expect(run.intent.results).toMatchObject([{ vmid, state: 'refused', reason }]);
  expect(run.intent.results[0]?.message).toMatch(says);
  expect(lab.writesOf(cluster)).toEqual([]);
  expect(cluster.proxmox.world.truth().guests).toEqual(before.guests);
});
