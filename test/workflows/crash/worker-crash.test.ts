import type { ChildProgram } from '../../support/child-program';
import { lastRequest, pictureOf, writesTo, type Picture } from '../faults/support/picture';
import { startLab, type Lab } from './support/lab';
import { arrivalsByPart, atMoment, drawMoment, type Arrival, type Moment, type Part } from './support/moments';
import { SeededRandom } from './support/random';

/** Where in a first sync the worker is killed; which request it is, and whether that has its effect, is left to chance. */
const KILLS: { version: string; doing: string; parts: Part[] }[] = [
  { version: '4.7', doing: 'it reads Proxmox', parts: ['observe'] },
  { version: '4.7', doing: 'it makes the supporting objects', parts: ['bootstrap'] },
  { version: '4.7', doing: 'it reads NetBox', parts: ['plan'] },
  {
    version: '4.7',
    doing: 'it writes tags, site, cluster, nodes and VLANs',
    parts: ['POST extras/tags', 'POST dcim/sites', 'POST virtualization/clusters', 'POST dcim/devices', 'POST ipam/vlans'],
  },
  { version: '4.7', doing: 'it writes VMs', parts: ['POST virtualization/virtual-machines'] },
  { version: '4.7', doing: 'it writes interfaces', parts: ['POST virtualization/interfaces'] },
  { version: '4.7', doing: 'it writes addresses', parts: ['POST ipam/ip-addresses'] },
  { version: '4.7', doing: 'it writes primary addresses', parts: ['PATCH virtualization/virtual-machines'] },
  { version: '4.7', doing: 'it writes disks', parts: ['POST virtualization/virtual-disks'] },
  { version: '4.7', doing: 'it checks the result', parts: ['verify'] },
  { version: '4.6', doing: 'it writes MAC addresses', parts: ['POST dcim/mac-addresses'] },
  { version: '4.6', doing: 'it writes primary MAC addresses', parts: ['PATCH virtualization/interfaces'] },
  {
    version: '4.5',
    doing: 'it writes VMs or interfaces',
    parts: ['POST virtualization/virtual-machines', 'POST virtualization/interfaces'],
  },
];
const VERSIONS = [...new Set(KILLS.map(({ version }) => version))];
/** Worlds at once: a kill costs a heartbeat's time-out, in which a world does nothing. */
const AT_ONCE = 4;

interface Undisturbed {
  picture: Picture;
  parts: Map<Part, Arrival[]>;
}

interface Outcome {
  moment: Moment;
  state: string;
  message: string | null;
  picture: Picture;
  /** What a following sync came to, and wrote. */
  again: { state: string; writes: string[] };
}

const seed = Number(process.env['PROXBOX_TEST_SEED'] ?? Date.now() % 2 ** 31);
const undisturbed = new Map<string, Undisturbed>();
const outcomes = new Map<(typeof KILLS)[number], Outcome | Error>();

beforeAll(async () => {
  process.stdout.write(`Moments of the kills: PROXBOX_TEST_SEED=${seed}\n`);
  const random = new SeededRandom(seed);
  await inLanes(VERSIONS, async version => void undisturbed.set(version, await inLab(version, syncUndisturbed)));
  const drawn = KILLS.map(kill => ({ kill, moment: drawMoment(undisturbed.get(kill.version)!.parts, kill.parts, random) }));
  await inLanes(drawn, async ({ kill, moment }) => {
    const outcome = await inLab(kill.version, lab => syncWithKill(lab, moment)).catch((error: Error) => error);
    outcomes.set(kill, outcome);
  });
}, 900_000);

test.each(KILLS)('a worker killed while $doing leaves the NetBox $version of an undisturbed sync', kill => {
  const outcome = outcomes.get(kill);
  if (outcome === undefined || outcome instanceof Error) throw outcome ?? new Error('the kill did not happen');
  const { moment, state, message, picture, again } = outcome;
  expect({ moment, state, message }).toEqual({ moment, state: 'completed', message: null });
  expect(picture).toEqual(undisturbed.get(kill.version)?.picture);
  expect(again).toEqual({ state: 'completed', writes: [] });
});

async function syncUndisturbed(lab: Lab): Promise<Undisturbed> {
  const worker = await lab.startWorker();
  const { state } = await Promise.race([lab.world.sync(), endOf(worker)]);
  if (state !== 'completed') throw new Error(`the undisturbed sync ended ${state}`);
  return { picture: pictureOf(lab.netbox, lab.shown), parts: arrivalsByPart(lab) };
}

async function syncWithKill(lab: Lab, moment: Moment): Promise<Outcome> {
  const { world, netbox } = lab;
  const first = await lab.startWorker();
  const killed = new Promise<void>(resolve => atMoment(lab, moment, () => resolve(first.kill())));
  const runId = await world.startSync();
  const end = world.awaitRun(runId);
  const missed = end.then(() => Promise.reject(new Error(`the sync ended before ${JSON.stringify(moment)}`)));
  await Promise.race([killed, missed]);
  missed.catch(() => {});

  const second = await lab.startWorker();
  const { state, message } = await Promise.race([end, endOf(second)]);
  const picture = pictureOf(netbox, lab.shown);
  const from = lastRequest(netbox);
  const again = await world.sync();
  return { moment, state, message, picture, again: { state: again.state, writes: writesTo(netbox, from) } };
}

/** Rejects, with what it said, when a worker ends by itself. */
async function endOf(worker: ChildProgram): Promise<never> {
  for (;;) await worker.nextLine();
}

async function inLab<T>(version: string, work: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await startLab(version);
  try {
    return await work(lab);
  } finally {
    await lab.stop();
  }
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
