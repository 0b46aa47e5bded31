import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { recordIntent } from './support/record-intent';

/**
 * Histories of changes of guests, one of each way in which they go and end; `replay.test.ts` replays them with all others.
 * `RECORD_HISTORIES=<release> npx jest test/replay/intent` records them anew into the folder of that release.
 */
const folder = join(__dirname, 'histories');
const release = process.env['RECORD_HISTORIES'];

beforeAll(async () => {
  if (release !== undefined) await recordIntent(join(folder, release));
}, 580_000);

test.each([
  'intent-plan-ready',
  'intent-plan-failed',
  'intent-apply-completed',
  'intent-apply-partial',
  'intent-apply-cancelled',
  'intent-apply-paused',
  'intent-apply-stopped',
  'intent-apply-failed',
  'intent-apply-of-a-merge',
  'intent-apply-going-on',
  'intent-apply-gone-on',
  'intent-merge-merged',
  'intent-merge-refused',
  'guest-change-applied',
  'guest-change-refused',
  'guest-change-unchanged',
  'guest-change-created',
  'watch-with-a-merge',
])('there is a recorded history: %s', name => {
  const recorded = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  expect(recorded.filter(file => file.endsWith(`${name}.json`))).not.toEqual([]);
});
