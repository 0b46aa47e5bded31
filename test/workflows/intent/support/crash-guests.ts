import { vm } from '../../reflection/support/guests';
import type { Cluster } from '../../reflection/support/lab';
import type { Diff, IntentLab } from './intent-lab';

/** What is wanted: a new guest from a template, a new container from an archive, another configuration of a guest that there is. */
export const scenarios = ['clone', 'container', 'update'] as const;
export type Scenario = (typeof scenarios)[number];

/** A guest that somebody wants otherwise. */
export interface CrashGuest {
  scenario: Scenario;
  cluster: Cluster;
  name: string;
  /** As asked for; null where the plan gives one. */
  vmid: number | null;
  netboxId: number;
  diff: Diff;
}

const TEMPLATE = 900;
const ARCHIVE = 'local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst';
const wanted = { cores: 4, memory_mib: 2048, tags: ['blue'] };
const grown = [{ key: 'scsi0', size_mib: 12_288 }];
const nameOf = (scenario: Scenario, n: number): string => `${scenario}-${n}`;
const updated = (n: number) => vm(1000 + n, nameOf('update', n), { power: 'stopped' });

/** Endpoints with a template each: what is changed is reflected at the end of its run, and syncs of one endpoint wait for each other. */
export async function startCrashClusters(lab: IntentLab, count: number): Promise<Cluster[]> {
  const config = { template: 1, scsi0: `ceph:base-${TEMPLATE}-disk-0,size=4G`, memory: '512' };
  const clusters: Cluster[] = [];
  for (let n = 1; n <= count; n++) {
    const name = `crash-${n}`;
    const template = vm(TEMPLATE, 'golden', { power: 'stopped', node: `${name}-01`, config });
    const policy = { intent_storage: 'ceph', intent_bridge: 'vmbr0', intent_most_changes: 0, intent_most_percent: 0 };
    clusters.push(await lab.writable(name, [template], { world: { seed: name }, fields: { policy } }));
  }
  return clusters;
}

/** Guests that are to be updated, by their numbers, reflected as all are. */
export async function addUpdated(lab: IntentLab, cluster: Cluster, numbers: readonly number[]): Promise<void> {
  for (const n of numbers) cluster.proxmox.world.createGuest(updated(n));
  const { state, message } = await lab.sync(cluster);
  if (state !== 'completed') throw new Error(`the sync ended ${state}: ${message}`);
}

/** The n-th guest of a scenario; a new one has its virtual machine in NetBox already, as after a merge. */
export async function crashGuest(
  lab: IntentLab,
  cluster: Cluster,
  scenario: Scenario,
  n: number,
  given = true,
): Promise<CrashGuest> {
  const name = nameOf(scenario, n);
  if (scenario === 'update') {
    const { id: netboxId } = await lab.vmNamed(name);
    const payload = { ...wanted, vmid: 1000 + n, disks: grown, nics: [{ key: 'net0', vlan: 20 }] };
    const diff: Diff = { op: 'update', kind: 'qemu', netbox_id: netboxId, payload };
    return { scenario, cluster, name, vmid: 1000 + n, netboxId, diff };
  }
  const netboxId = await showInNetBox(lab, cluster, name);
  const vmid = given ? (scenario === 'clone' ? 2000 : 3000) + n : null;
  const own =
    scenario === 'clone'
      ? { template_vmid: TEMPLATE, disks: grown }
      : { node: `${cluster.name}-01`, ostemplate: ARCHIVE, nics: [{ key: 'net0' }] };
  const payload = { ...wanted, ...own, name, ...(vmid !== null && { vmid }) };
  const diff: Diff = { op: 'create', kind: scenario === 'clone' ? 'qemu' : 'lxc', netbox_id: netboxId, payload };
  return { scenario, cluster, name, vmid, netboxId, diff };
}

async function showInNetBox(lab: IntentLab, cluster: Cluster, name: string): Promise<number> {
  const [shown] = (await lab.rows('virtualization/clusters/')).filter(row => row['name'] === cluster.name);
  const body = { name, cluster: shown?.id, status: 'active', vcpus: wanted.cores, memory: wanted.memory_mib };
  return (await lab.person.post('virtualization/virtual-machines/', body)).row().id;
}

/** What is not as wanted of the guest's configuration. */
export function notAsWanted(scenario: Scenario, config: Readonly<Record<string, unknown>>): string[] {
  const text = (key: string): string => String(config[key] ?? '');
  const faults = [
    ...(text('cores') === '4' ? [] : ['cores']),
    ...(text('memory') === '2048' ? [] : ['memory']),
    ...(text('tags') === 'blue' ? [] : ['tags']),
  ];
  if (scenario !== 'container' && !text('scsi0').includes('size=12G')) faults.push('scsi0');
  if (scenario === 'update' && !text('net0').includes('tag=20')) faults.push('net0');
  if (scenario !== 'update' && !text('description').includes('proxbox-birth: ')) faults.push('birth mark');
  return faults;
}
