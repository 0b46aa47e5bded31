import { startDeletionLab, type DeletionLab } from '../workflows/deletion/support/deletion-lab';
import { tryAnySequence } from './support/any-sequence';
import { DeletionLane } from './support/deletion-lane';
import { driveDirectly, type Direct } from './support/direct-driver';

jest.setTimeout(1_200_000);

let lab: DeletionLab;
let direct: Direct;

beforeAll(async () => {
  lab = await startDeletionLab({ PROXBOX_DELETION_MOST_PER_DAY: '10000' });
  await lab.world.stopWorker();
  direct = await driveDirectly(lab.world);
});
afterAll(async () => {
  await direct?.stop();
  await lab?.stop();
});

test('in 500 sequences of what three people and the world may do, requests stand where the table says, and only what was approved is destroyed', async () => {
  const lanes = await Promise.all(Array.from({ length: 4 }, (_, n) => DeletionLane.open(lab, direct.driver, `lane-${n}`)));
  const ends = await tryAnySequence(lab, lanes, 500);
  // It went far enough to mean something.
  for (const end of ['destroyed', 'rejected', 'cancelled', 'expired', 'void', 'failed']) expect(ends).toContain(end);
});
