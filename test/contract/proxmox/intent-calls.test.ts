import type { GuestChange } from '../../../domain/intent/changes/guest-change';
import { isThere, wantedValues } from '../../../domain/intent/outcome';
import { planCreate } from '../../../domain/intent/plan/create';
import type { Birth } from '../../../domain/intent/plan/birth';
import { isSecretReference } from '../../../domain/intent/plan/edit';
import type { GuestPlan, PlannedCall } from '../../../domain/intent/plan/guest-plan';
import { liveVcpus, type LiveGuest } from '../../../domain/intent/plan/live';
import { planUpdate } from '../../../domain/intent/plan/update';
import { hasMark } from '../../../domain/intent/recheck-birth';
import { recheckUpdate } from '../../../domain/intent/recheck';
import { parseGuestConfig, type GuestKind } from '../../../domain/proxmox/guest-config';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../../simulators/proxmox/simulator';
import {
  changedDisk,
  changedInterface,
  create,
  MARK,
  newDisk,
  newInterface,
  options,
  update,
} from '../../unit/domain/intent/support/changes';

/** The calls of plans, sent as they are planned by a writer that is fenced into a pool, are taken; and the guests are then as wanted. */

const NODE = 'lab-01';
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRcYzGTyWkBYnWCzTJTlTBsJqLFrN5k8LsPW5NjnZmb me@host';
let proxmox: ProxmoxSimulator;

beforeAll(async () => {
  proxmox = await startProxmoxSimulator({ world: { guests: 0, nodes: 2 }, tls: false });
});
afterAll(() => proxmox.close());
beforeEach(() => proxmox.reset());

const planned = options({ storage: 'ceph', pool: 'managed', fullClone: false });

async function ask(
  method: string,
  path: string,
  params: Record<string, string> = {},
): Promise<{ status: number; data: unknown; message: string }> {
  const { tokenId, secret } = proxmox.tokens.write;
  const answer = await fetch(`${proxmox.url}/api2/json${path}`, {
    method,
    headers: { authorization: `PVEAPIToken=${tokenId}=${secret}` },
    ...(method !== 'GET' && { body: new URLSearchParams(params) }),
  });
  const body = (await answer.json()) as { data: unknown; message?: string; errors?: unknown };
  return { status: answer.status, data: body.data, message: `${body.message ?? ''} ${JSON.stringify(body.errors ?? {})}` };
}

async function live(kind: GuestKind, vmid: number, node = NODE): Promise<LiveGuest> {
  const { data, message } = await ask('GET', `/nodes/${node}/${kind}/${vmid}/config${kind === 'qemu' ? '?current=1' : ''}`);
  if (typeof data !== 'object' || data === null) throw new Error(message);
  const status = proxmox.world.guest(vmid).power === 'running' ? 'running' : 'stopped';
  return { kind, vmid, node, status, config: parseGuestConfig(kind, { ...data }), pendingKeys: [] };
}

/** Sends a plan's calls in their order, each with the digest of a fresh read where it asks for one, and waits for their tasks. */
async function carryOut(plan: GuestPlan): Promise<void> {
  expect(plan.refusals).toEqual([]);
  for (const call of plan.calls) await send(plan, call);
}

async function send(plan: GuestPlan, { method, path, params, withDigest, startsTask }: PlannedCall): Promise<void> {
  const texts = Object.entries(params).map(([key, value]): [string, string] => [
    key,
    isSecretReference(value) ? 'a-secret-1' : String(value),
  ]);
  const digest = withDigest ? (await live(plan.guest.kind, plan.vmid ?? 0, plan.node ?? '')).config.configDigest : null;
  const { status, data, message } = await ask(method, path, { ...Object.fromEntries(texts), ...(digest !== null && { digest }) });
  expect({ path, status, message }).toMatchObject({ status: 200 });
  expect(typeof data === 'string' && data.startsWith('UPID:')).toBe(startsTask);
  if (typeof data === 'string') await ended(data);
}

async function ended(upid: string): Promise<void> {
  const node = upid.split(':')[1] ?? '';
  for (;;) {
    const { data } = await ask('GET', `/nodes/${node}/tasks/${encodeURIComponent(upid)}/status`);
    const task = data as { status: string; exitstatus?: string };
    if (task.status === 'stopped') return expect(task.exitstatus).toBe('OK');
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

const born = (change: Parameters<typeof planCreate>[0], given: Partial<Birth> = {}): GuestPlan =>
  planCreate(change, { vmid: 500, mark: MARK, node: NODE, ...given }, planned);
const missing = (plan: GuestPlan, guest: LiveGuest): string[] =>
  wantedValues(plan)
    .filter(value => !isThere(value, guest.kind, guest.config.raw))
    .map(({ key }) => key);
const of = (kind: GuestKind, vmid: number): GuestChange['guest'] => ({
  netboxId: 8,
  name: 'web-1',
  kind,
  vmid,
  endpointId: 'e1',
});

test('a virtual machine with an ISO, disks, cards and cloud-init', async () => {
  const plan = born(
    create(
      {
        vcpus: 3,
        memory: 3000,
        tags: ['prod', 'Web'],
        description: 'a web server',
        comments: 'a web server\nof two',
        proxmox_iso: 'local:iso/debian-13.2.0-amd64-netinst.iso',
        proxmox_start_at_boot: true,
        cloud_init_user: 'admin',
        cloud_init_ssh_keys: KEY,
        proxmox_search_domain: 'example.org',
      },
      {
        disks: [newDisk({ name: 'scsi0', size: 10_000 }), newDisk({ name: 'data', size: 1 }, 42)],
        interfaces: [
          newInterface({ vlan: 20, addresses: ['10.0.0.5/24'] }),
          newInterface({ name: 'dmz', mac: 'BC:24:11:00:00:77', trunks: [30, 40], mtu: 9000, enabled: false }, 32),
        ],
        secrets: { password: 'web-password' },
      },
    ),
  );
  await carryOut(plan);
  const guest = await live('qemu', 500);
  expect(missing(plan, guest)).toEqual([]);
  expect(hasMark(guest, MARK)).toBe(true);
  expect(guest.config).toMatchObject({
    name: 'web-1',
    memoryMib: 3000,
    onboot: true,
    smbiosUuid: MARK,
    cloudInit: { user: 'admin', hasPassword: true, sshKeys: [KEY] },
  });
  expect(liveVcpus(guest)).toBe(3);
});

test('a container', async () => {
  const plan = born(
    create(
      {
        vcpus: 2,
        memory: 1024,
        tags: ['prod'],
        proxmox_ostemplate: 'local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst',
        cloud_init_ssh_keys: KEY,
        proxmox_swap: 256,
        description: 'x',
      },
      {
        guest: { ...of('lxc', 500), vmid: null },
        disks: [newDisk({ name: 'rootfs', size: 4096 }), newDisk({ name: 'data', size: 2048, description: 'Path: /data' }, 42)],
        interfaces: [newInterface({ name: 'eth0', vlan: 20, addresses: ['10.0.0.5/24'] })],
        secrets: { password: 'root' },
      },
    ),
  );
  await carryOut(plan);
  const guest = await live('lxc', 500);
  expect(missing(plan, guest)).toEqual([]);
  expect(hasMark(guest, MARK)).toBe(true);
  expect(guest.config).toMatchObject({
    name: 'web-1',
    cores: 2,
    memoryMib: 1024,
    swapMib: 256,
    tags: ['prod'],
    unprivileged: true,
  });
});

describe('what there is already', () => {
  beforeEach(async () => {
    await carryOut(
      born(
        create(
          { vcpus: 2, memory: 2048, tags: ['old', 'keep'], description: 'first' },
          { disks: [newDisk({ name: 'scsi0', size: 8192 })], interfaces: [newInterface({ vlan: 20 })] },
        ),
      ),
    );
    await carryOut(
      born(
        create(
          {
            vcpus: 2,
            memory: 2048,
            tags: ['old', 'keep'],
            proxmox_ostemplate: 'local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst',
          },
          {
            guest: { ...of('lxc', 501), vmid: null },
            disks: [newDisk({ name: 'rootfs', size: 4096 })],
            interfaces: [newInterface({ vlan: 20 })],
          },
        ),
        { vmid: 501 },
      ),
    );
  });

  test.each<[GuestKind, number, string]>([
    ['qemu', 500, 'scsi0'],
    ['lxc', 501, 'rootfs'],
  ])(
    '%s is changed: CPUs, memory, a disk, tags, a card, notes; and then there is nothing left to do',
    async (kind, vmid, disk) => {
      const change = update(
        {
          vcpus: { from: 2, to: 4 },
          memory: { from: 2048, to: 4000 },
          tags: { from: ['old'], to: ['new'] },
          name: { from: 'web-1', to: 'db-1' },
          comments: { to: 'second\nthird' },
          description: { to: 'second' },
          proxmox_start_at_boot: { to: true },
        },
        {
          guest: of(kind, vmid),
          disks: [changedDisk({ size: { from: 8192, to: 12_000 } }, disk)],
          interfaces: [changedInterface({ vlan: { from: 20, to: 30 }, enabled: { from: true, to: false } })],
        },
      );
      const before = await live(kind, vmid);
      const plan = planUpdate(change, before, null, planned);
      expect(recheckUpdate(plan, { is: 'here', live: await live(kind, vmid) })).toMatchObject({ proceed: true });
      await carryOut(plan);
      const after = await live(kind, vmid);
      expect(missing(plan, after)).toEqual([]);
      expect(after.config.nics[0]?.mac).toBe(before.config.nics[0]?.mac);
      expect([...after.config.tags].sort()).toEqual(['keep', 'new']);
      const again = planUpdate(change, after, null, planned);
      expect({ fields: again.fields, calls: again.calls, refusals: again.refusals }).toEqual({
        fields: [],
        calls: [],
        refusals: [],
      });
      expect(recheckUpdate(plan, { is: 'here', live: after })).toMatchObject({ proceed: false });
    },
  );

  test('disks, cards and cloud-init are added to a virtual machine', async () => {
    const change = update(
      {
        cloud_init_user: { to: 'admin' },
        cloud_init_network: { to: '{"ip":"10.0.0.9/24","gw":"10.0.0.1","dns_servers":["1.1.1.1"]}' },
        proxmox_qemu_agent: { to: false },
      },
      { guest: of('qemu', 500), disks: [newDisk({ name: 'data', size: 1500 })], interfaces: [newInterface({ name: 'dmz' })] },
    );
    const plan = planUpdate(change, await live('qemu', 500), null, planned);
    await carryOut(plan);
    expect(missing(plan, await live('qemu', 500))).toEqual([]);
  });

  test.each<[string, GuestKind, number, boolean]>([
    ['a linked clone', 'qemu', 500, false],
    ['a full clone', 'qemu', 500, true],
    ['a full clone', 'lxc', 501, true],
  ])('%s of a %s template is made what is wanted', async (_, kind, source, fullClone) => {
    const { tokenId } = proxmox.tokens.write;
    proxmox.world.grant(`/vms/${source}`, tokenId.split('!')[0] ?? '', 'PVETemplateUser');
    proxmox.world.changeGuest(source, { config: { template: 1, protection: 1 } });
    const disk = kind === 'qemu' ? 'scsi0' : 'rootfs';
    const change = create(
      { vcpus: 4, memory: 1024, tags: ['prod'], proxmox_template_vmid: source },
      {
        guest: { ...of(kind, 502), vmid: null },
        disks: [newDisk({ name: disk, size: 16_384 })],
        interfaces: [newInterface({ vlan: 40 })],
      },
    );
    const plan = planCreate(
      change,
      { vmid: 502, mark: MARK.replaceAll('1', '2'), node: NODE, template: await live(kind, source) },
      { ...planned, fullClone },
    );
    await carryOut(plan);
    const guest = await live(kind, 502);
    expect(missing(plan, guest)).toEqual([]);
    expect(hasMark(guest, MARK.replaceAll('1', '2'))).toBe(true);
    expect(guest.config).toMatchObject({ protection: false, template: false, tags: ['prod'] });
  });
});
