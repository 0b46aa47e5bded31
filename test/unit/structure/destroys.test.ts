import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const ROOT = join(__dirname, '../../..');
const ROOMS = ['activities', 'api', 'cli', 'clients', 'database', 'domain', 'scripts', 'temporal', 'worker', 'workflows'];

/** The only files that may send a DELETE of a guest. */
const DISPATCHERS = ['activities/deletion/destroy-lxc.ts', 'activities/deletion/destroy-qemu.ts'];

const sources = ROOMS.flatMap(room =>
  readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => relative(ROOT, join(ROOT, room, file))),
);
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** A request with the method DELETE to Proxmox, or what only a destroy has. */
const destroys = /\.request\(\s*(['"`])DELETE\1|destroy-unreferenced-disks|skiplock/;

test('nothing but the two dispatchers sends a DELETE to Proxmox, and nothing but one activity calls them', () => {
  expect(sources.filter(file => destroys.test(textOf(file)))).toEqual(DISPATCHERS);
  const callers = sources.filter(file => /\bdestroy(Qemu|Lxc)\b/.test(textOf(file)));
  expect(callers).toEqual([...DISPATCHERS, 'activities/deletion/send.ts']);
});

test('the method of a planned change is never DELETE', () => {
  const planned = sources.filter(file => file.startsWith('domain/intent/plan/'));
  expect(planned.length).toBeGreaterThan(10);
  expect(planned.filter(file => /(['"`])DELETE\1/.test(textOf(file)))).toEqual([]);
});
