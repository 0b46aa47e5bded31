import { startDeletionLab, type DeletionLab } from '../workflows/deletion/support/deletion-lab';
import { tryAnySequence } from './support/any-sequence';
import { DeletionLane } from './support/deletion-lane';
import { liveDriver } from './support/live-driver';

jest.setTimeout(1_200_000);

let lab: DeletionLab;

beforeAll(async () => {
  // Nothing is looked at again by itself: the steps say when.
  lab = await startDeletionLab({ PROXBOX_DELETION_LOOK_SECONDS: '3600', PROXBOX_DELETION_MOST_PER_DAY: '10000' });
});
afterAll(() => lab?.stop());

test('the same in 60 sequences with the real workflows, which are signalled, updated and terminated', async () => {
  const driver = liveDriver(lab.world);
  const lanes = await Promise.all(Array.from({ length: 6 }, (_, n) => DeletionLane.open(lab, driver, `lane-${n}`)));
  expect(await tryAnySequence(lab, lanes, 60)).toContain('destroyed');
});
