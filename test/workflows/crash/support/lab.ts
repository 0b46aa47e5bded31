import { startNetBoxSimulator, type RunningNetBox } from '../../../../simulators/netbox/server';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../../../simulators/proxmox/simulator';
import { startProgram, type ChildProgram } from '../../../support/child-program';
import { startSyncWorld, type SyncWorld } from '../../../support/sync-world';
import type { Shown } from '../../faults/support/picture';

/** One endpoint and one NetBox, each run in the test's process, and a worker that runs in a process of its own. */
export interface Lab {
  netbox: RunningNetBox;
  proxmox: ProxmoxSimulator;
  world: SyncWorld;
  shown: Shown[];
  /** Starts a worker process and waits until it polls. */
  startWorker(): Promise<ChildProgram>;
  stop(): Promise<void>;
}

const GUESTS = 16;
/** Small, so that each kind takes several requests and a kill can come in the middle of it. */
const BATCH = '5';

/** The same Proxmox world each time; only the version of NetBox differs. */
export async function startLab(version: string): Promise<Lab> {
  const netbox = await startNetBoxSimulator({ version });
  const proxmox = await startProxmoxSimulator({ world: { guests: GUESTS, nodes: 2, clusterName: 'crash', seed: 7 } });
  const world = await startSyncWorld(netbox, { PROXBOX_BULK_BATCH_SIZE: BATCH });
  const { id } = await world.addEndpoint('crash', proxmox);
  const workers: ChildProgram[] = [];
  return {
    netbox,
    proxmox,
    world,
    shown: [{ id, url: proxmox.url }],
    async startWorker() {
      const worker = startProgram('test/workflows/crash/support/worker-program.ts', [], world.environment);
      workers.push(worker);
      await worker.nextLine();
      return worker;
    },
    async stop() {
      await Promise.all(workers.map(worker => worker.kill()));
      await world.stop();
      await proxmox.close();
      await netbox.close();
    },
  };
}
