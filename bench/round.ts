import { adapterFor } from '../clients/netbox/versions/supported';
import { bareHttp, inLanes, type BareHttp } from './bare-http';
import { loadBare } from './bare-loader';
import { readBare } from './bare-reader';
import { measured, measuredSync, type Measured, type MeasuredSync } from './measured';
import { startNetBoxTap } from './netbox-tap';
import type { BenchOptions } from './options';
import { Opened } from '../config/host/opened';
import { startProduct } from './product';
import { recordedKinds, supportIdsIn, type Recording } from './recording';
import type { World } from './world';

export interface Round {
  bareLoad: Measured;
  firstSync: MeasuredSync;
  /** The median of some in turn with the bare reader, which is its median likewise. */
  secondSync: MeasuredSync;
  bareRead: Measured;
  /** Highest memory of the worker when it was ready, and after all syncs; undefined where the system does not tell. */
  workerMb: { ready: number | undefined; peak: number | undefined };
}

export interface RoundResult {
  round: Round;
  recording: Recording;
}

/**
 * Measures every side, each on a NetBox that was emptied and warmed up before.
 * @param known what the syncs of this world write: with it the bare loader comes first, without it last.
 */
export async function measureRound(
  world: World,
  options: BenchOptions,
  known: Recording | undefined,
  opened: Opened,
): Promise<RoundResult> {
  const tap = await startNetBoxTap(world.netbox.url);
  opened.add('tap before NetBox', tap.stop);
  const netbox = { url: tap.url, token: world.netbox.token };
  const http = bareHttp(netbox);
  const bareLoad = async (recording: Recording): Promise<Measured> => {
    await cleanNetBox(world, http);
    return measured(tap, world, () => loadBare(http, recording, options.bareLanes));
  };
  const loadedFirst = known && (await bareLoad(known));

  await cleanNetBox(world, http);
  const productParts = new Opened();
  opened.add('product', () => closed(productParts));
  const product = await startProduct(netbox, world.proxmox, productParts);
  const capabilities = await capabilitiesOf(http);
  const ready = product.worker.peakMemoryMb();
  const firstSync = await measuredSync(tap, world, product);
  const recorded = await recordedKinds(product.pool);
  const read = () => readBare(http, recorded, capabilities, options.bareLanes);
  const rows = await read();
  const secondSyncs: MeasuredSync[] = [];
  const bareReads: Measured[] = [];
  for (let n = 0; n < options.secondSyncs; n++) {
    secondSyncs.push(await measuredSync(tap, world, product));
    bareReads.push(await measured(tap, world, read));
  }
  const workerMb = { ready, peak: product.worker.peakMemoryMb() };
  await closed(productParts);

  const recording = { recorded, supportIds: supportIdsIn(rows, capabilities), capabilities };
  const round = {
    bareLoad: loadedFirst ?? (await bareLoad(recording)),
    firstSync,
    secondSync: median(secondSyncs),
    bareRead: median(bareReads),
    workerMb,
  };
  return { round, recording };
}

async function closed(parts: Opened): Promise<void> {
  const [failed] = await parts.close();
  if (failed) throw failed.error;
}

/** The one that took neither longest nor shortest. */
const median = <M extends Measured>(of: M[]): M => of.sort((a, b) => a.seconds - b.seconds)[Math.floor(of.length / 2)]!;

/** Emptied, and its processes warm: the first answers after a reset take longer, whoever asks. */
async function cleanNetBox(world: World, http: BareHttp): Promise<void> {
  await world.resetNetBox();
  const paths = [
    'virtualization/virtual-machines',
    'virtualization/interfaces',
    'ipam/ip-addresses',
    'virtualization/virtual-disks',
  ];
  const looks = [...paths, ...paths, ...paths].map(path => () => http.send('GET', path, '?limit=1'));
  await inLanes(4, looks);
}

async function capabilitiesOf(http: BareHttp) {
  const status = (await http.send('GET', 'status', '')) as { 'netbox-version': string };
  return adapterFor(status['netbox-version']).adapter.capabilities;
}
