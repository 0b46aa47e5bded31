import type { DemoProxmox } from '../../config/demo';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../simulators/proxmox/simulator';
import type { WorldOptions } from '../../simulators/proxmox/world/options';
import { readPem } from '../../config/host/read-pem';
import type { Opened } from '../../config/host/opened';

/** A Proxmox to synchronise, as the API takes it. */
export interface ProxmoxSource {
  name: string;
  described: string;
  url: string;
  tls: { mode: 'verify' | 'insecure' } | { mode: 'ca'; ca: string } | { mode: 'fingerprint'; fingerprint: string };
  tokenId: string;
  tokenSecret: string;
  /** What changes a guest of a simulated one, to be tried. */
  change?: { node: string; vmid: number; authorization: string };
  /** Of the simulated one whose guests may be changed and destroyed by us. */
  tour?: { writer: { tokenId: string; secret: string }; changed: number; destroyed: number };
}

const WORLDS: { name: string; world: WorldOptions; described: string }[] = [
  {
    name: 'demo-lab',
    // And two that are made by hand: for the tour.
    world: { seed: 'demo-lab', guests: 88, nodes: 3, clusterName: 'demo-lab', networkPrefix: '10.20' },
    described: 'simulated cluster, 3 nodes, 90 guests',
  },
  {
    name: 'demo-edge',
    world: { seed: 'demo-edge', guests: 30, clusterName: null, standaloneNode: 'demo-edge', networkPrefix: '10.30' },
    described: 'simulated standalone host, 30 guests',
  },
];

const TOURED = 'demo-lab';

/** The Proxmox of the environment, else two simulated endpoints with 120 guests in all. */
export async function openProxmox(given: DemoProxmox | undefined, opened: Opened): Promise<ProxmoxSource[]> {
  if (given !== undefined) return [sourceOf(given)];
  return Promise.all(
    WORLDS.map(async ({ name, world, described }) => {
      const simulator = await startProxmoxSimulator({ world });
      opened.add(`simulated Proxmox ${name}`, () => simulator.close());
      const source = { name, described: `${described} at ${simulator.url}`, url: simulator.url, ...accessTo(simulator) };
      return name === TOURED ? { ...source, tour: makeTourGuests(simulator) } : source;
    }),
  );
}

/** Two guests that are switched off, since no running one is destroyed, or given less memory. */
function makeTourGuests({ world, tokens }: ProxmoxSimulator): NonNullable<ProxmoxSource['tour']> {
  const [changed, destroyed] = [901, 902];
  const make = (vmid: number, name: string, tail: string) =>
    world.createGuest({
      vmid,
      kind: 'qemu',
      config: {
        name,
        cores: 2,
        memory: '2048',
        scsi0: `local-lvm:vm-${vmid}-disk-0,size=8G`,
        net0: `virtio=BC:24:11:90:00:${tail},bridge=vmbr0`,
      },
    });
  make(changed, 'shop-web', '01');
  make(destroyed, 'shop-old', '02');
  return { writer: tokens.full, changed, destroyed };
}

function accessTo(simulator: ProxmoxSimulator): Pick<ProxmoxSource, 'tls' | 'tokenId' | 'tokenSecret' | 'change'> {
  const { read, full } = simulator.tokens;
  const guest = simulator.world
    .truth()
    .guests.find(({ kind, power, template }) => kind === 'qemu' && power === 'running' && !template);
  const authorization = `PVEAPIToken=${full.tokenId}=${full.secret}`;
  return {
    tls:
      simulator.fingerprint256 === undefined
        ? { mode: 'insecure' }
        : { mode: 'fingerprint', fingerprint: simulator.fingerprint256 },
    tokenId: read.tokenId,
    tokenSecret: read.secret,
    ...(guest && { change: { node: guest.node, vmid: guest.vmid, authorization } }),
  };
}

function sourceOf({ url, tokenId, tokenSecret, fingerprint, caFile, verifySsl }: DemoProxmox): ProxmoxSource {
  const tls = ((): ProxmoxSource['tls'] => {
    if (fingerprint !== undefined) return { mode: 'fingerprint', fingerprint };
    if (caFile !== undefined) return { mode: 'ca', ca: readPem('PROXMOX_CA', caFile) };
    return { mode: verifySsl ? 'verify' : 'insecure' };
  })();
  return {
    name: 'proxmox',
    described: `the Proxmox of PROXMOX_URL, ${url}`,
    url,
    tls,
    tokenId,
    tokenSecret: tokenSecret.reveal(),
  };
}
