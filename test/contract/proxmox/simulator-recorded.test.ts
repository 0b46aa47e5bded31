import type { ProxmoxSimulator } from '../../../simulators/proxmox/simulator';
import { arrange, NOT_REPLAYED, worldOf, type WorldName } from '../../simulators/proxmox/support/arrangements';
import { allCases, type RecordedCase } from '../../simulators/proxmox/support/recorded-case';
import { arrangeUsualState, startRecordedWorld } from '../../simulators/proxmox/support/recorded-world';
import { exchange, sendRecorded, type Answer } from '../../simulators/proxmox/support/send-recorded';
import { differences, shapeOf } from '../../simulators/proxmox/support/shape';

/** A recorded request to a real Proxmox VE 9.2 must get the recorded answer from the simulator, in the same state. */

const simulators = new Map<WorldName, ProxmoxSimulator>();

beforeAll(async () => {
  simulators.set('standalone', await startRecordedWorld(null));
  simulators.set('cluster', await startRecordedWorld({ name: 'lab', nodes: ['pvea', 'pveb'] }));
  simulators.set('minority', await startRecordedWorld({ name: 'lab', nodes: ['pveb', 'pvea'] }));
});

afterAll(() => Promise.all([...simulators.values()].map(simulator => simulator.close())));

const replayed = allCases().filter(recorded => !NOT_REPLAYED.some(([pattern]) => pattern.test(recorded.case)));

test.each(replayed.map(recorded => [recorded.case, recorded] as const))('%s', async (_, recorded) => {
  const simulator = simulators.get(worldOf(recorded));
  if (simulator === undefined) throw new Error('no simulator');
  simulator.reset();
  arrangeUsualState(simulator.world);
  const changes = arrange(simulator, recorded);
  const answer = await sendRecorded(simulator, recorded, changes);
  expect({ status: answer.status, reason: neutral(answer.reason) }).toEqual({
    status: recorded.status,
    reason: neutral(recorded.statusText.split('\n')[0] ?? ''),
  });
  compareBodies(recorded, answer);
  await compareTask(simulator, recorded, answer);
  await compareReadBack(simulator, recorded);
});

test('every recorded request is replayed, or left out for a stated reason', () => {
  const unused = NOT_REPLAYED.filter(([pattern]) => !allCases().some(recorded => pattern.test(recorded.case)));
  expect(unused).toEqual([]);
  expect(replayed.length).toBeGreaterThan(900);
});

/** Process ids in temporary file names, and offsets in Perl's texts, differ from run to run. */
function neutral(text: string): string {
  return text
    .replace(/\.tmp\.\d+/, '.tmp.N')
    .replace(/character offset \d+/, 'character offset N')
    .trim();
}

function compareBodies(recorded: RecordedCase, answer: Answer): void {
  if (recorded.request.method === 'HEAD') return;
  if (recorded.body === undefined) {
    expect(neutral(answer.text)).toBe(neutral(recorded.bodyText ?? ''));
    return;
  }
  const body: NonNullable<RecordedCase['body']> & Record<string, unknown> = JSON.parse(answer.text);
  expect(neutral(body.message ?? '')).toBe(neutral(recorded.body.message ?? ''));
  expect(body.errors).toEqual(recorded.body.errors);
  expect(Object.keys(body).sort()).toEqual(Object.keys(recorded.body).sort());
  expect(differences(shapeOf(recorded.body.data ?? null), shapeOf(body.data ?? null))).toEqual([]);
}

async function compareTask(simulator: ProxmoxSimulator, recorded: RecordedCase, answer: Answer): Promise<void> {
  const exit = recorded.task?.status?.data?.exitstatus;
  if (exit === undefined) return;
  const { data }: { data: string } = JSON.parse(answer.text);
  simulator.world.advance(300_000);
  const { sim } = simulator.world;
  expect(data.split(':')[5]).toBe(String(recorded.body?.data).split(':')[5]);
  expect(neutral(sim.tasks.get(data)?.exit ?? 'still running')).toBe(neutral(exit));
}

/** After a config write its first key reads as recorded; generated addresses differ. */
async function compareReadBack(simulator: ProxmoxSimulator, recorded: RecordedCase): Promise<void> {
  if (recorded.readBack === undefined) return;
  const key = Object.keys(recorded.request.params ?? {})[0] ?? '';
  const { full } = simulator.tokens;
  const answer = await exchange(simulator, 'GET', recorded.request.path, {
    authorization: `PVEAPIToken=${full.tokenId}=${full.secret}`,
  });
  const { data }: { data: Record<string, unknown> } = JSON.parse(answer.text);
  const withoutMac = (value: unknown): unknown =>
    typeof value === 'string' && recorded.status !== 400 ? value.replace(generatedMac(recorded), 'MAC') : value;
  if (recorded.status === 200 || (recorded.status === 500 && data[key] !== undefined))
    expect(withoutMac(data[key] ?? '<absent>')).toEqual(withoutMac(abbreviated(recorded.readBack, data[key])));
}

function generatedMac(recorded: RecordedCase): RegExp {
  return /([0-9a-f]{2}:){5}/i.test(JSON.stringify(recorded.request.params)) ? /(?!)/ : /([0-9A-F]{2}:){5}[0-9A-F]{2}/;
}

/** A recording may give a long text in short. */
function abbreviated(recorded: unknown, actual: unknown): unknown {
  return typeof recorded === 'string' && /\.\.\.\(\d+ characters\)$/.test(recorded) ? actual : recorded;
}
