import { createProxmoxClient } from '../../../clients/proxmox/client';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startDeletionLab, type DeletionLab } from './support/deletion-lab';

jest.setTimeout(180_000);

let lab: DeletionLab;
let cluster: Cluster;
let next = 100;

beforeAll(async () => {
  lab = await startDeletionLab({ PROXBOX_DELETION_BACKUP_POLICY: '' });
  cluster = await lab.writable(
    'backups',
    Array.from({ length: 12 }, (_, index) => vm(100 + index, `vm-${100 + index}`, { power: 'stopped' })),
  );
});
afterAll(() => lab?.stop());

const deletesOf = (vmid: number): string[] => lab.deletes(cluster).filter(call => call.includes(`/${vmid} `));
const backupsMade = (vmid: number): number =>
  cluster.proxmox.requests.list().filter(({ path, params }) => path.endsWith('/vzdump') && params['vmid'] === String(vmid))
    .length;
/** Proxmox as its administrator sees it. */
async function asRoot<T>(work: (client: ReturnType<typeof createProxmoxClient>) => Promise<T>): Promise<T> {
  const { tokenId, secret } = cluster.proxmox.tokens.full;
  const auth = { type: 'token', tokenId, secret } as const;
  const client = createProxmoxClient({ baseUrl: cluster.proxmox.url, auth, tls: { mode: 'insecure' } });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
const backupsOf = (node: string, vmid: number) =>
  asRoot(client => client.storageContent(node, 'backup-nfs', { content: 'backup', vmid }));
const readAs = (token: 'read' | 'full') => {
  const { tokenId: principal, secret } = cluster.proxmox.tokens[token];
  return lab.change(cluster, { credentials: { read: { kind: 'token', principal, secret } } });
};
const policy = (value: 'recent' | 'make', storage = 'backup-nfs') =>
  lab.world.api('PATCH', '/settings', { deletion_backup_policy: value, deletion_backup_storage: storage }, { 'if-match': '*' });
const approved = async (body: Record<string, unknown> = {}) => {
  const asked = await lab.ask(cluster, next++);
  expect(await lab.decide(lab.approver, asked.id, 'approve', body)).toMatchObject({ status: 200 });
  return asked;
};

describe('with the rights of an auditor', () => {
  test('no backup is seen, nobody can say that there is none, and the words name the rights that show one', async () => {
    const asked = await approved({ without_backup: true });
    const { reasons } = await lab.until(asked.id, 'blocked');
    expect(reasons).toMatchObject([{ code: 'backup_not_visible' }]);
    expect(reasons[0]?.message).toContain(`VM.Backup on /vms/${asked.vmid}`);
    expect(reasons[0]?.message).toContain('Datastore.AllocateSpace on /storage/backup-nfs');
    expect(deletesOf(asked.vmid)).toEqual([]);
    // Whoever gives the rights need not ask for anything again.
    await readAs('full');
    expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed', receipt: { withoutBackup: true } });
  });
});

describe('a recent one', () => {
  beforeAll(() => readAs('full'));

  test('is wanted, and enough once it is there', async () => {
    const asked = await approved();
    expect(await lab.until(asked.id, 'blocked')).toMatchObject({ reasons: [{ code: 'backup_missing' }] });
    const { node } = cluster.proxmox.world.guest(asked.vmid);
    await asRoot(client => client.request('POST', `/nodes/${node}/vzdump`, { vmid: asked.vmid, storage: 'backup-nfs' }));
    expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed', receipt: { withoutBackup: false } });
    expect(await backupsOf(node, asked.vmid)).toHaveLength(1);
  });
});

describe('one that is made', () => {
  beforeAll(async () => {
    await readAs('full');
    await policy('make');
  });

  test('is made after the approval, looked at in its storage, and stays when the guest is gone', async () => {
    const asked = await lab.ask(cluster, next++);
    const { node } = cluster.proxmox.world.guest(asked.vmid);
    expect(backupsMade(asked.vmid)).toBe(0);
    await lab.decide(lab.approver, asked.id, 'approve');
    expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed' });
    expect(backupsMade(asked.vmid)).toBe(1);
    expect(await backupsOf(node, asked.vmid)).toHaveLength(1);
    const actions = await lab.world.database.pool.query<{ action: string }>(
      `select distinct action from audit where object_id = $1 and action in ('deletion.backup', 'deletion.destroy')`,
      [asked.id],
    );
    expect(actions.rows).toHaveLength(2);
  });

  test('is not made of a guest that is not destroyed anyway', async () => {
    const asked = await lab.ask(cluster, next++);
    cluster.proxmox.world.changeGuest(asked.vmid, { power: 'running' });
    await lab.decide(lab.approver, asked.id, 'approve');
    await lab.until(asked.id, 'blocked');
    expect(backupsMade(asked.vmid)).toBe(0);
    await lab.decide(lab.requester, asked.id, 'cancel');
    await lab.closed(asked.id);
  });

  test.each([
    ['no storage is named', ''],
    ['the storage does not exist', 'nowhere'],
  ])('%s: nothing is destroyed, and it is said', async (_, storage) => {
    await policy('make', storage);
    const asked = await approved();
    for (;;) {
      const { reasons } = await lab.until(asked.id, 'blocked');
      if (reasons[0]?.code === 'backup_failed') break;
      expect(reasons).toMatchObject([{ code: 'backup_wanted' }]);
    }
    expect(deletesOf(asked.vmid)).toEqual([]);
    // It is not tried again at every look.
    expect(backupsMade(asked.vmid)).toBeLessThanOrEqual(1);
    await lab.decide(lab.requester, asked.id, 'cancel');
    await lab.closed(asked.id);
    await policy('make');
  });

  test('goes without where the approver says so', async () => {
    const asked = await approved({ without_backup: true });
    expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed' });
    expect(backupsMade(asked.vmid)).toBe(0);
  });
});
