import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { rolesOfRequester, startDeletionLab, type DeletionLab } from './support/deletion-lab';
import { personIn, type Person } from './support/person';

jest.setTimeout(120_000);

let lab: DeletionLab;
let cluster: Cluster;
let asker: Person;
let decider: Person;

beforeAll(async () => {
  lab = await startDeletionLab();
  cluster = await lab.writable(
    'sigma',
    [100, 101].map(vmid => vm(vmid, `vm-${vmid}`, { power: 'stopped' })),
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
