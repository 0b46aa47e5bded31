import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenarios } from './support/crash-guests';
import { tryCrashes, type Tried } from './support/crash-matrix';
import { crashReport } from './support/crash-report';

/** RECORD_CRASH_POINTS=1 writes what became of each crash into a document; `all` tries reads that come again and again as often as they come. */
const recorded = process.env['RECORD_CRASH_POINTS'];

let tried: Tried[];

beforeAll(async () => {
  tried = await tryCrashes(recorded === 'all');
  if (recorded !== undefined) writeFileSync(join(__dirname, '../../../docs/crash-points-intent.md'), crashReport(tried));
}, 1_800_000);

/** The moments of which something does not hold, in words. */
const against = (holds: (each: Tried) => boolean, of = tried): unknown[] =>
  of
    .filter(each => !holds(each))
    .map(({ scenario, point, moment, ...rest }) => ({ at: `${scenario} ${point.activity} ${point.request} ${moment}`, ...rest }));

test.each([
  [
    'clone',
    ['POST /nodes/{node}/qemu/{other}/clone', 'PUT /nodes/{node}/qemu/{vmid}/config', 'PUT /nodes/{node}/qemu/{vmid}/resize'],
  ],
  ['container', ['POST /nodes/{node}/lxc', 'PUT /nodes/{node}/lxc/{vmid}/config']],
  ['update', ['POST /nodes/{node}/qemu/{vmid}/config', 'PUT /nodes/{node}/qemu/{vmid}/resize']],
])('every request of a change that writes (%s) is one at which a worker was killed', (scenario, writes) => {
  const own = tried.filter(each => each.scenario === scenario);
  const written = own.filter(({ moment }) => moment === 'after its effect').map(({ point }) => point.request);
  for (const write of [...writes.map(each => `Proxmox ${each}#1`), 'NetBox POST /extras/journal-entries/#1']) {
    expect(written).toContain(write);
  }
  expect(against(({ held }) => held === true, own)).toEqual([]);
});

test('each ends by name, and the run with it', () => {
  expect(against(({ end, runState }) => end?.state === 'applied' && runState === 'completed')).toEqual([]);
});

test('there is one guest each time, as wanted, and it was asked for once', () => {
  const isOne = ({ scenario, end }: Tried): boolean =>
    end?.guests === 1 && end.notAsWanted.length === 0 && end.births === (scenario === 'update' ? 0 : 1) && end.deletes === 0;
  expect(against(isOne)).toEqual([]);
});

test('no request that changes a guest is sent twice', () => {
  for (const scenario of scenarios) {
    const own = tried.filter(each => each.scenario === scenario);
    const usual = Math.min(...own.map(({ end }) => end?.writes ?? 0));
    expect(usual).toBeGreaterThan(0);
    expect(against(({ end }) => end?.writes === usual, own)).toEqual([]);
  }
});

test('NetBox shows the end, and has one journal entry of it', () => {
  expect(against(({ end }) => end?.intentState === 'applied' && end.journals === 1)).toEqual([]);
});

test('nothing is left held, promised, or open in the audit log', () => {
  expect(against(({ end }) => end?.open.length === 0 && end.openInAudit.length === 0)).toEqual([]);
});
