import { startDeletionLab, type DeletionLab } from '../workflows/deletion/support/deletion-lab';
import { tryAnySequence } from './support/any-sequence';

jest.setTimeout(1_200_000);

let lab: DeletionLab;

beforeAll(async () => {
  lab = await startDeletionLab(
    {
      // Nothing is looked at again by itself: the steps say when.
      PROXBOX_DELETION_LOOK_SECONDS: '3600',
      PROXBOX_DELETION_MOST_PER_DAY: '10000',
      PROXBOX_INTENT_WATCH_SECONDS: '1',
    },
    { branching: true },
  );
});
afterAll(() => lab?.stop());

test('in 500 sequences of what three people and the world may do, requests stand where the table says, and only what was approved is destroyed', async () => {
  const ends = await tryAnySequence(lab, 16, 500);
  // It went far enough to mean something.
  for (const end of ['destroyed', 'rejected', 'cancelled', 'expired', 'void', 'failed']) expect(ends).toContain(end);
});
