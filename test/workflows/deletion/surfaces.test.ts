import { setTimeout as sleep } from 'node:timers/promises';
import { searchAttributes } from '../../../temporal/search-attributes';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { rolesOfRequester, startDeletionLab, type DeletionLab } from './support/deletion-lab';
import { personIn, type Person } from './support/person';

type TypedKey = (typeof searchAttributes)[keyof typeof searchAttributes];

jest.setTimeout(120_000);

let lab: DeletionLab;
let cluster: Cluster;
let asker: Person;
let decider: Person;

beforeAll(async () => {
  lab = await startDeletionLab();
  cluster = await lab.writable(
    'sigma',
    [100, 101, 102, 103].map(vmid => vm(vmid, `vm-${vmid}`, { power: 'stopped' })),
  );
  asker = await personIn(lab.world, 'asker', ...rolesOfRequester);
  decider = await personIn(lab.world, 'decider', 'view', 'authorize_deletion_request');
});
afterAll(() => lab?.stop());

const deletesOf = (vmid: number): string[] => lab.deletes(cluster).filter(call => call.includes(`/${vmid} `));
const requestOf = async (vmid: number): Promise<string> => {
  const { body } = await decider.api<{ items: { id: string; vmid: number }[] }>('GET', '/intent/deletion-requests');
  return body.items.find(request => request.vmid === vmid)?.id ?? '';
};

test('by pages alone: one person asks in a form, another types the name, and the guest is destroyed', async () => {
  const asked = await asker.visitor.post('/ui/deletions', { endpoint_id: cluster.id, vmid: '100', kind: '', reason: 'by form' });
  expect(asked.status).toBe(303);
  const id = await requestOf(100);
  const { digest, version } = await lab.until(id, 'pending');
  const form = { version: String(version), digest: digest ?? '', name: 'vm-100' };
  expect((await asker.visitor.post(`/ui/deletions/${id}/approve`, form)).status).toBe(403);
  expect((await decider.visitor.post(`/ui/deletions/${id}/approve`, { ...form, name: 'another' })).status).toBe(422);
  expect(deletesOf(100)).toEqual([]);
  expect((await decider.visitor.post(`/ui/deletions/${id}/approve`, form)).status).toBe(303);
  expect(await lab.closed(id)).toMatchObject({ state: 'destroyed', requestedBy: [{ name: 'asker' }] });
  expect(deletesOf(100)).toHaveLength(1);
  expect((await decider.visitor.get(`/ui/deletions/${id}`)).text).toContain('Receipt');
});

test('by the command alone: request, approve, and wait until it is destroyed', async () => {
  const asked = await asker.command('request', '101', '--reason', 'by command', '--json');
  expect(asked.code).toBe(0);
  const { id } = JSON.parse(asked.stdout) as { id: string };
  await lab.until(id, 'pending');
  expect((await asker.command('approve', id, '--confirm', 'vm-101')).code).not.toBe(0);
  expect(deletesOf(101)).toEqual([]);
  const approved = await decider.command('approve', '101', '--confirm', 'vm-101', '--wait');
  expect(approved).toMatchObject({ code: 0, stderr: expect.stringContaining('approved the deletion') });
  expect(await lab.closed(id)).toMatchObject({ state: 'destroyed' });
  expect(deletesOf(101)).toHaveLength(1);
  expect((await decider.command('show', id)).stdout).toContain('destroyed');
});

describe("Temporal's Web UI shows", () => {
  const handleOf = (vmid: number) => lab.world.client.workflow.getHandle(`deletion/${cluster.id}/${vmid}`);
  /** What it shows, once it shows the state, and has read the guest's name. */
  async function shown(vmid: number, state: string): Promise<{ details: string; of: (key: TypedKey) => unknown }> {
    for (let looks = 0; looks < 300; looks++) {
      const { typedSearchAttributes } = await handleOf(vmid).describe();
      const { currentDetails } = await handleOf(vmid).query<{ currentDetails: string }>('__temporal_workflow_metadata');
      const isThere =
        typedSearchAttributes.get(searchAttributes.state) === state &&
        currentDetails.startsWith(`**${state}**`) &&
        currentDetails.includes(`(vm-${vmid})`);
      if (isThere) return { details: currentDetails, of: key => typedSearchAttributes.get(key) };
      await sleep(100);
    }
    throw new Error(`it never showed ${state}`);
  }

  test('where a request stands in each state, what that means, why, and until when', async () => {
    const asked = await lab.ask(cluster, 102);
    const pending = await shown(102, 'pending');
    expect(pending.details).toContain('VM 102 (vm-102) of sigma');
    expect(pending.details).toContain('until somebody else approves');
    expect(pending.details).toContain(`Expires at ${asked.deadline}`);
    expect(pending.of(searchAttributes.endpoint)).toBe(cluster.id);
    expect(pending.of(searchAttributes.runKind)).toBe('deletion-request');
    expect(pending.of(searchAttributes.vmid)).toBe(102);
    expect(pending.of(searchAttributes.actor)).toBe('requester');
    expect(pending.of(searchAttributes.expiresAt)).toEqual(new Date(asked.deadline));

    cluster.proxmox.world.changeGuest(102, { power: 'running' });
    await lab.decide(lab.approver, asked.id, 'approve');
    expect((await shown(102, 'blocked')).details).toMatch(/must be cleared by a person first[^]*running/);
    await lab.switchIntent(false);
    expect((await shown(102, 'held')).details).toContain('netbox_to_proxmox_enabled is off');
    cluster.proxmox.world.changeGuest(102, { power: 'stopped' });
    await lab.switchIntent(true);
    const { details } = await shown(102, 'destroyed');
    expect(details).toContain('A read shows that the guest is gone.');
    expect(details).not.toContain('Expires');
    await handleOf(102).result();
    expect((await shown(102, 'destroyed')).of(searchAttributes.outcome)).toBe('destroyed');
  });

  test('who rejected, and why', async () => {
    const asked = await lab.ask(cluster, 103);
    await lab.decide(lab.approver, asked.id, 'reject', { reason: 'accounting uses it' });
    expect((await shown(103, 'rejected')).details).toContain('accounting uses it');
    await handleOf(103).result();
    expect((await shown(103, 'rejected')).of(searchAttributes.outcome)).toBe('rejected');
  });
});
