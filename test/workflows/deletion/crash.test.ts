import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startDeletionLab, type DeletionLab } from './support/deletion-lab';

jest.setTimeout(120_000);

let lab: DeletionLab;
let cluster: Cluster;

beforeAll(async () => {
  lab = await startDeletionLab();
  cluster = await lab.writable(
    'crash',
    [100, 101, 102, 103].map(vmid => vm(vmid, `vm-${vmid}`, { power: 'stopped' })),
  );
});
afterEach(() => cluster.proxmox.faults.clear());
afterAll(async () => {
  await lab?.stop();
});

const deletesOf = (vmid: number): string[] => lab.deletes(cluster).filter(call => call.includes(`/${vmid} `));
const exists = (vmid: number): boolean => cluster.proxmox.world.truth().guests.some(guest => guest.vmid === vmid);

/** The requests of the path that may have an effect: the mark that is changed right before, and the destroy. */
const requests = { mark: { method: 'PUT', tail: '/config' }, destroy: { method: 'DELETE', tail: '' } } as const;
type Which = keyof typeof requests;

function breakAt(vmid: number, which: Which, when: 'before' | 'after'): void {
  const { method, tail } = requests[which];
  cluster.proxmox.faults.add({ match: { method, pathPattern: `/qemu/${vmid}${tail}$` }, when, action: { kind: 'reset' } });
}

describe('an answer is lost', () => {
  test.each<[number, Which, 'before' | 'after', string, number]>([
    [100, 'destroy', 'after', 'destroyed', 1],
    [101, 'destroy', 'before', 'outcome_unknown', 1],
    [102, 'mark', 'before', 'failed', 0],
    [103, 'mark', 'after', 'failed', 0],
  ])('%i: %s, %s it had its effect: %s', async (vmid, which, when, end, deletes) => {
    const asked = await lab.ask(cluster, vmid);
    breakAt(vmid, which, when);
    await lab.decide(lab.approver, asked.id, 'approve');
    expect(await lab.closed(asked.id)).toMatchObject({ state: end });
    expect(deletesOf(vmid)).toHaveLength(deletes);
    expect(exists(vmid)).toBe(end !== 'destroyed');
    // What may still come is refused by a guest that is protected.
    if (end === 'outcome_unknown') expect(cluster.proxmox.world.guest(vmid).config).toMatchObject({ protection: 1 });
    if (end === 'failed') expect(String(cluster.proxmox.world.guest(vmid).config['tags'] ?? '')).not.toContain('proxbox-');
  });
});
