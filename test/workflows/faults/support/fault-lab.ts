import type { FaultAction, FaultMatch, FaultSpec } from '../../../../simulators/netbox/control/faults';
import { startNetBoxSimulator, type RunningNetBox } from '../../../../simulators/netbox/server';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../../../simulators/proxmox/simulator';
import { startSyncWorld, type RunView, type SyncWorld } from '../../../support/sync-world';
import { onFault } from './on-fault';
import { lastRequest, pictureOf, writesTo, type Picture } from './picture';

/** A run as the API shows it, with what it could not write and what it noticed. */
export interface RunDetail extends RunView {
  refused: { total: number; items: ChangeDetail[] };
  findings: { items: { code: string; label: string; message: string }[] };
}

export interface ChangeDetail {
  kind: string;
  action: string;
  label: string;
  key: string;
  state: string;
  error: { code: string; text: string } | null;
}

/** One product, used by one test after the other, with a NetBox that a test may break. */
export interface FaultLab {
  netbox: RunningNetBox;
  proxmox: ProxmoxSimulator;
  world: SyncWorld;
  /** An empty NetBox without faults, and one endpoint of which nothing is known. */
  begin(version?: string): Promise<void>;
  breaks(match: FaultMatch, when: FaultSpec['when'], action: FaultAction): void;
  /** Calls `action` as the request arrives, which has its effect `holdMs` later. */
  atRequest(match: FaultMatch, action: () => void, holdMs?: number): void;
  /** A full sync; gives the run of the endpoint. */
  sync(): Promise<RunDetail>;
  detail(runId: string): Promise<RunDetail>;
  changes(runId: string, filter: string): Promise<ChangeDetail[]>;
  picture(): Picture;
  /** What a sync makes of an empty NetBox of this version when nothing goes wrong. */
  undisturbed(version?: string): Promise<Picture>;
  /** A further sync: its state, and every request with which it would change NetBox. */
  syncAgain(): Promise<{ state: string; writes: string[] }>;
  stop(): Promise<void>;
}

/** Seconds; long enough for everything that is not meant to hang. */
const NETBOX_TIMEOUT = '2';
/** Small, so that a kind takes several requests. */
const BATCH = '5';

export async function startFaultLab(): Promise<FaultLab> {
  const netbox = await startNetBoxSimulator();
  const proxmox = await startProxmoxSimulator({ world: { guests: 10, nodes: 2, clusterName: 'lab', seed: 3 } });
  const world = await startSyncWorld(netbox, { PROXBOX_NETBOX_TIMEOUT: NETBOX_TIMEOUT, PROXBOX_BULK_BATCH_SIZE: BATCH });
  await world.startWorker();
  const undisturbed = new Map<string, Picture>();
  let endpointId = '';

  const lab: FaultLab = {
    netbox,
    proxmox,
    world,
    async begin(version = '4.7') {
      await world.database.pool.query('delete from endpoint');
      await world.database.pool.query('delete from netbox_state');
      netbox.simulator.setVersion(version);
      netbox.simulator.reset();
      proxmox.reset();
      endpointId = (await world.addEndpoint('lab', proxmox)).id;
    },
    breaks: (match, when, action) => void netbox.simulator.faults.add({ match, when, action }),
    atRequest(match, action, holdMs = 0) {
      const { faults } = netbox.simulator;
      const held: FaultSpec = { match, when: 'before', action: { kind: 'delay', ms: holdMs } };
      faults.add(held);
      onFault(faults, fault => {
        if (fault === held) action();
      });
    },
    async sync() {
      const [child] = (await world.sync()).children ?? [];
      if (child === undefined) throw new Error('the full sync started no endpoint');
      return lab.detail(child.id);
    },
    detail: runId => world.api('GET', `/runs/${runId}`),
    async changes(runId, filter) {
      return (await world.api<{ items: ChangeDetail[] }>('GET', `/runs/${runId}/plan?limit=500&${filter}`)).items;
    },
    picture: () => pictureOf(netbox, [{ id: endpointId, url: proxmox.url }]),
    async undisturbed(version = '4.7') {
      const known = undisturbed.get(version);
      if (known !== undefined) return known;
      await lab.begin(version);
      const { state, message } = await lab.sync();
      if (state !== 'completed') throw new Error(`the undisturbed sync ended ${state}: ${message}`);
      undisturbed.set(version, lab.picture());
      return lab.picture();
    },
    async syncAgain() {
      const from = lastRequest(netbox);
      const { state } = await lab.sync();
      return { state, writes: writesTo(netbox, from) };
    },
    async stop() {
      await world.stop();
      await proxmox.close();
      await netbox.close();
    },
  };
  return lab;
}
