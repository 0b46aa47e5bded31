import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { recordDeletions } from './support/record-deletions';
import { recordDetours } from './support/record-detours';

/**
 * Histories of deletion requests and of what carries them out, one of each way in which they wait and end; `replay.test.ts` replays them with all others.
 * `RECORD_HISTORIES=<release> npx jest test/replay/deletion` records them anew into the folder of that release.
 */
const folder = join(__dirname, 'histories');
const release = process.env['RECORD_HISTORIES'];

beforeAll(async () => {
  if (release === undefined) return;
  await recordDeletions(join(folder, release));
  await recordDetours(join(folder, release));
}, 580_000);

const ofRequests = ['pending', 'destroyed', 'rejected', 'cancelled', 'expired', 'blocked', 'destroyed-once-cleared', 'void'];
const ofDetours = ['of-a-merge-rejected', 'cancelled-without-writes'];
const ofBoth = ['approval-stale', 'held', 'on-hold', 'failed', 'outcome-unknown', 'after-a-backup', 'after-a-hold'];
const ofDestroys = ['destroyed', 'destroyed-once-cleared', 'void'];

test.each([
  'reconcile-left-on-a-guest',
  ...[...ofRequests, ...ofDetours, ...ofBoth].map(name => `deletion-request-${name}`),
  ...[...ofDestroys, ...ofBoth].map(name => `guest-destroy-${name}`),
])('there is a recorded history: %s', name => {
  const recorded = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  expect(recorded.filter(file => file.endsWith(`${name}.json`))).not.toEqual([]);
});
