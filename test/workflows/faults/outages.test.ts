import type { FaultSpec } from '../../../simulators/netbox/control/faults';
import { startFaultLab, type FaultLab } from './support/fault-lab';

jest.setTimeout(180_000);

let lab: FaultLab;
beforeAll(async () => {
  lab = await startFaultLab();
  await lab.undisturbed();
});
afterAll(() => lab.stop());

const bulk = (method: string, path: string, nth = 2): FaultSpec['match'] => ({ method, pathPattern: `^/api/${path}/$`, nth });
const status = (code: number, headers: Record<string, string> = {}): FaultSpec['action'] => ({
  kind: 'status',
  status: code,
  headers,
});
const creates = [
  'virtualization/virtual-machines',
  'virtualization/interfaces',
  'ipam/ip-addresses',
  'virtualization/virtual-disks',
];

/** What goes wrong in one sync. */
const OUTAGES: { title: string; faults: FaultSpec[] }[] = [
  {
    title: 'answers 502 to reads for a while',
    faults: [{ match: { method: 'GET', nth: 12, count: 9 }, when: 'before', action: status(502) }],
  },
  {
    title: 'answers 502 to writes for a while, without carrying them out',
    faults: creates.map(path => ({ match: { ...bulk('POST', path, 1), count: 2 }, when: 'before', action: status(502) })),
  },
  {
    title: 'carries writes out while the proxy before it answers 502',
    faults: creates.map(path => ({ match: bulk('POST', path), when: 'after', action: status(502) })),
  },
  {
    title: 'asks for patience with 503 and Retry-After',
    faults: [
      { match: { method: 'GET', nth: 8, count: 3 }, when: 'before', action: status(503, { 'Retry-After': '1' }) },
      { match: bulk('POST', 'virtualization/virtual-machines'), when: 'before', action: status(503, { 'Retry-After': '1' }) },
      { match: bulk('POST', 'virtualization/interfaces'), when: 'before', action: status(429, { 'Retry-After': '1' }) },
    ],
  },
  {
    title: 'resets connections',
    faults: [
      { match: { method: 'GET', nth: 5, count: 6 }, when: 'before', action: { kind: 'reset' } },
      { match: bulk('POST', 'virtualization/virtual-machines'), when: 'before', action: { kind: 'reset' } },
      { match: bulk('POST', 'dcim/devices', 1), when: 'after', action: { kind: 'reset' } },
      {
        match: { method: 'POST', pathPattern: '^/api/extras/custom-fields/$', nth: 3 },
        when: 'after',
        action: { kind: 'reset' },
      },
    ],
  },
  {
    title: 'commits creates and drops the reply',
    faults: ['extras/tags', 'dcim/sites', 'virtualization/clusters', 'ipam/vlans', ...creates].map(path => ({
      match: bulk('POST', path, 1),
      when: 'after',
      action: { kind: 'reset' },
    })),
  },
  {
    title: 'commits a change and drops the reply',
    faults: [{ match: bulk('PATCH', 'virtualization/virtual-machines', 1), when: 'after', action: { kind: 'reset' } }],
  },
  {
    title: 'does not answer in time',
    faults: [
      { match: { method: 'GET', nth: 15 }, when: 'before', action: { kind: 'hang', ms: 2_500 } },
      { match: bulk('POST', 'virtualization/virtual-machines', 1), when: 'after', action: { kind: 'hang', ms: 2_500 } },
      { match: bulk('POST', 'virtualization/interfaces', 1), when: 'before', action: { kind: 'hang', ms: 2_500 } },
    ],
  },
  {
    title: 'sends half of an answer',
    faults: [
      { match: { method: 'GET', nth: 10, count: 2 }, when: 'after', action: { kind: 'truncate' } },
      { match: bulk('POST', 'virtualization/virtual-machines', 1), when: 'after', action: { kind: 'truncate' } },
      { match: bulk('PATCH', 'virtualization/virtual-machines', 1), when: 'after', action: { kind: 'truncate' } },
    ],
  },
  {
    title: 'is hidden behind an error page',
    faults: [
      { match: { method: 'GET', nth: 10, count: 5 }, when: 'before', action: { kind: 'html' } },
      { match: bulk('POST', 'ipam/ip-addresses', 1), when: 'after', action: { kind: 'html' } },
      { match: bulk('POST', 'virtualization/interfaces', 1), when: 'before', action: { kind: 'html' } },
    ],
  },
];

test.each(OUTAGES)('a NetBox that $title ends with everything once', async ({ faults }) => {
  await lab.begin();
  faults.forEach(({ match, when, action }) => lab.breaks(match, when, action));
  const { state, message, counts } = await lab.sync();
  const unmet = lab.netbox.simulator.faults.list().filter(({ fired }) => fired === 0);
  expect(unmet).toEqual([]);
  expect({ state, message, refused: counts['refused'], skipped: counts['skipped'] }).toEqual({
    state: 'completed',
    message: null,
    refused: 0,
    skipped: 0,
  });
  expect(lab.picture()).toEqual(await lab.undisturbed());
  expect(await lab.syncAgain()).toEqual({ state: 'completed', writes: [] });
});

test('a write that lands after its time-out is not sent twice', async () => {
  const expected = await lab.undisturbed('4.6');
  await lab.begin('4.6');
  // The time-out is 2 s. MAC addresses are the kind that NetBox would take twice without a word.
  lab.breaks(bulk('POST', 'dcim/mac-addresses', 1), 'before', { kind: 'delay', ms: 2_600 });
  expect(await lab.sync()).toMatchObject({ state: 'completed', message: null });
  expect(lab.picture()).toEqual(expected);
  expect(await lab.syncAgain()).toEqual({ state: 'completed', writes: [] });
});

test('a deletion and a change whose replies are lost are carried out once', async () => {
  await lab.begin();
  await lab.sync();
  const { world: proxmox } = lab.proxmox;
  const vm = proxmox.truth().guests.find(({ kind, vmid }) => kind === 'qemu' && proxmox.guest(vmid).config['net0'] !== undefined);
  if (vm === undefined) throw new Error('the world has no VM with a NIC');
  proxmox.changeGuest(vm.vmid, { remove: ['net0'], config: { description: 'without a NIC' }, interfaces: [] });
  lab.breaks(bulk('DELETE', 'virtualization/interfaces', 1), 'after', { kind: 'reset' });
  lab.breaks(bulk('PATCH', 'virtualization/virtual-machines', 1), 'after', { kind: 'reset' });
  expect(await lab.sync()).toMatchObject({ state: 'completed', message: null, counts: { refused: 0, skipped: 0 } });
  expect(lab.netbox.simulator.faults.list().map(({ fired }) => fired)).toEqual([1, 1]);
  expect(JSON.stringify(lab.picture()['virtualization/interfaces'])).not.toContain(`${vm.name} net0`);
  expect(await lab.syncAgain()).toEqual({ state: 'completed', writes: [] });
});
