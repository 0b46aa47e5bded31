import type { ApplyResultView } from '../../../api/intent/schema';
import { INTENT_PHRASE } from '../../../domain/settings/intent-switch';
import { startNetBoxSimulator, type RunningNetBox } from '../../../simulators/netbox/server';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../../simulators/proxmox/simulator';
import { startProgram, type ChildProgram } from '../../support/child-program';
import { startSyncWorld, type SyncWorld } from '../../support/sync-world';
import { onFault } from '../faults/support/on-fault';
import { vm } from '../reflection/support/guests';
import type { Diff } from './support/intent-lab';

/** Where the worker is killed: as the request arrives, which then has its effect (`after`) or not (`before`). */
interface Kill {
  server: 'proxmox' | 'netbox';
  method: string;
  path: string;
  when: 'before' | 'after';
  nth?: number;
}

const at = (when: Kill['when'], method: string, path: string, nth = 1): Kill => ({ server: 'proxmox', method, path, when, nth });

const KILLS: { of: 'update' | 'clone' | 'container'; kill: Kill }[] = [
  { of: 'update', kill: at('after', 'GET', '/qemu/10\\d/config$', 2) },
  { of: 'update', kill: at('before', 'PUT', '/qemu/10\\d/config$') },
  { of: 'update', kill: at('after', 'PUT', '/qemu/10\\d/config$') },
  { of: 'update', kill: at('before', 'PUT', '/qemu/10\\d/resize$') },
  { of: 'update', kill: at('after', 'PUT', '/qemu/10\\d/resize$') },
  { of: 'update', kill: at('after', 'GET', '/tasks/UPID[^/]+/status$') },
  {
    of: 'update',
    kill: { server: 'netbox', method: 'PATCH', path: '/api/virtualization/virtual-machines/\\d+/', when: 'after' },
  },
  { of: 'clone', kill: at('before', 'POST', '/clone$') },
  { of: 'clone', kill: at('after', 'POST', '/clone$') },
  { of: 'clone', kill: at('before', 'GET', '/tasks/UPID[^/]+/status$') },
  { of: 'clone', kill: at('after', 'PUT', '/config$') },
  { of: 'container', kill: at('before', 'POST', '/lxc$') },
  { of: 'container', kill: at('after', 'POST', '/lxc$') },
  { of: 'container', kill: at('after', 'PUT', '/lxc/\\d+/config$') },
];
/** Worlds at once: a kill costs a heartbeat's time-out, in which a world does nothing. */
const LANES = 3;

interface Outcome {
  run: { state: string; intent: ApplyResultView };
  guests: { name: string; config: Record<string, unknown> }[];
  births: number;
}

const outcomes = new Map<(typeof KILLS)[number], Outcome | Error>();

beforeAll(async () => {
  const queue = [...KILLS.keys()];
  const lane = async (n: number): Promise<void> => {
    const world = await startCrashWorld(n);
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const { of, kill } = KILLS[next]!;
        const outcome = await world.killed(of, kill, next).catch((error: Error) => error);
        outcomes.set(KILLS[next]!, outcome);
      }
    } finally {
      await world.stop();
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, n) => lane(n)));
}, 580_000);

test.each(KILLS)('a worker that is killed in the $of $kill.when $kill.method $kill.path leaves one guest as wanted', entry => {
  const outcome = outcomes.get(entry);
  if (outcome === undefined || outcome instanceof Error) throw outcome ?? new Error('the kill did not happen');
  expect(outcome.run.intent.results).toMatchObject([{ state: 'applied' }]);
  expect(outcome.run.state).toBe('completed');
  expect(outcome.guests).toHaveLength(1);
  const [{ config }] = outcome.guests as [Outcome['guests'][number]];
  expect({ ...config, memory: Number(config['memory']) }).toMatchObject({ cores: 4, memory: 2048 });
  if (entry.of !== 'container') expect(config['scsi0']).toContain('size=12G');
  if (entry.of !== 'update') expect(config['tags']).toBe('blue');
  // A request that arrived and had no effect is sent once more; one that had is not.
  expect(outcome.births).toBe(entry.of === 'update' ? 0 : entry.kill.when === 'before' && entry.kill.method === 'POST' ? 2 : 1);
});

async function startCrashWorld(n: number) {
  const netbox: RunningNetBox = await startNetBoxSimulator();
  const proxmox: ProxmoxSimulator = await startProxmoxSimulator({
    world: { guests: 0, nodes: 2, clusterName: 'iota', seed: `iota-${n}` },
  });
  const config = { template: 1, scsi0: 'ceph:base-900-disk-0,size=4G', memory: '512' };
  proxmox.world.createGuest(vm(900, 'golden', { power: 'stopped', node: 'iota-01', config }));
  for (let vmid = 100; vmid < 110; vmid++) proxmox.world.createGuest(vm(vmid, `web-${vmid}`, { power: 'stopped' }));
  const world: SyncWorld = await startSyncWorld(netbox, {
    PROXBOX_PROXMOX_SETTLE_SECONDS: '2',
    PROXBOX_PLAN_CHANGE_LIMIT_PERCENT: '100',
    PROXBOX_INTENT_STORAGE: 'ceph',
    PROXBOX_INTENT_BRIDGE: 'vmbr0',
  });
  const { id } = await world.addEndpoint('iota', proxmox);
  const { tokenId: principal, secret } = proxmox.tokens.full;
  const write = { allowWrites: true, credentials: { write: { kind: 'token', principal, secret } } };
  await world.api('PATCH', `/endpoints/${id}`, write, { 'if-match': '*' });
  const workers: ChildProgram[] = [];
  const startWorker = async (): Promise<ChildProgram> => {
    const worker = startProgram('test/workflows/crash/support/worker-program.ts', [], world.environment);
    workers.push(worker);
    await worker.nextLine();
    return worker;
  };
  let worker = await startWorker();
  const sync = await world.sync();
  if (sync.state !== 'completed') throw new Error(`the first sync ended ${sync.state}`);
  const phrase = { netbox_to_proxmox_enabled: true, netbox_to_proxmox_typed_confirmation: INTENT_PHRASE };
  await world.api('PATCH', '/settings', phrase, { 'if-match': '*' });
  let vmid = 100;

  function diffOf(of: (typeof KILLS)[number]['of'], name: string, netboxId: number): Diff {
    const common = { cores: 4, memory_mib: 2048, tags: ['blue'] };
    if (of === 'update') {
      const payload = { vmid, cores: 4, memory_mib: 2048, disks: [{ key: 'scsi0', size_mib: 12_288 }] };
      return { op: 'update', kind: 'qemu', netbox_id: netboxId, payload };
    }
    if (of === 'clone') {
      return {
        op: 'create',
        kind: 'qemu',
        payload: { ...common, name, template_vmid: 900, disks: [{ key: 'scsi0', size_mib: 12_288 }] },
      };
    }
    const archive = 'local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst';
    return {
      op: 'create',
      kind: 'lxc',
      payload: { ...common, name, node: 'iota-01', ostemplate: archive, nics: [{ key: 'net0' }] },
    };
  }

  return {
    async killed(of: (typeof KILLS)[number]['of'], kill: Kill, index: number): Promise<Outcome> {
      const name = of === 'update' ? `web-${vmid}` : `made-${index}`;
      const shown = await fetch(`${netbox.url}/api/virtualization/virtual-machines/?name=web-${vmid}`, {
        headers: { authorization: netbox.token },
      });
      const { results } = (await shown.json()) as { results: { id: number }[] };
      const since = proxmox.requests.list().at(-1)?.n ?? 0;
      const { faults } = kill.server === 'netbox' ? netbox.simulator : proxmox;
      const { method, path: pathPattern, nth = 1, when } = kill;
      const killed = new Promise<void>(resolve => {
        // Nothing is matched before the run is asked for: the worker waits.
        faults.add({ match: { method, pathPattern, nth }, when, action: { kind: 'reset' } });
        onFault<never, unknown>(faults, () => resolve(worker.kill()));
      });
      const diffs = [diffOf(of, name, results[0]?.id ?? 0)];
      const run = await world.api<{ id: string }>('POST', '/intent/apply', { endpoint_id: id, diffs });
      const end = world.awaitRun(run.id);
      await Promise.race([killed, end.then(() => Promise.reject(new Error('the run ended before the kill')))]);
      worker = await startWorker();
      await end;
      if (of === 'update') vmid++;
      faults.clear();
      return {
        run: await world.api('GET', `/runs/${run.id}`),
        guests: proxmox.world
          .truth()
          .guests.filter(guest => guest.name === name)
          .map(guest => ({ name, config: proxmox.world.guest(guest.vmid).config })),
        births: proxmox.requests.list(since).filter(request => request.method === 'POST' && /\/clone$|\/lxc$/.test(request.path))
          .length,
      };
    },
    async stop(): Promise<void> {
      await Promise.all(workers.map(each => each.kill()));
      await world.stop();
      await proxmox.close();
      await netbox.close();
    },
  };
}
