import { startFaultLab, type FaultLab, type RunDetail } from './support/fault-lab';
import type { Picture } from './support/picture';

jest.setTimeout(180_000);

const WORDS = 'Names must follow the convention.';
const VM = 'virtualization.virtualmachine';

let lab: FaultLab;
let whole: Picture;
beforeAll(async () => {
  lab = await startFaultLab();
  whole = await lab.undisturbed();
});
afterAll(() => lab.stop());
beforeEach(() => lab.begin());

const vms = (picture: Picture) => picture['virtualization/virtual-machines'] ?? {};
const objectsNaming = (name: string, picture: Picture): string[] =>
  Object.values(picture).flatMap(objects => Object.keys(objects).filter(key => key.includes(name)));
/** A guest with interfaces and disks. */
const someVm = (): string => lab.proxmox.world.truth().guests.find(({ kind }) => kind === 'qemu')?.name ?? '';

function expectRefused(run: RunDetail, refused: { kind: string; label: string }[]): void {
  expect(run).toMatchObject({ state: 'partial', reason: 'writes-refused' });
  expect(run.refused.items.map(({ kind, label, error }) => ({ kind, label, text: error?.text }))).toEqual(
    refused.map(each => ({ ...each, text: expect.stringContaining(WORDS) })),
  );
}

test.each(['4.7', '4.6', '4.5'])(
  'NetBox %s refuses a VM: it is listed by name with its words, what depends on it is skipped, the rest is written',
  async version => {
    const expected = await lab.undisturbed(version);
    await lab.begin(version);
    const name = someVm();
    lab.netbox.simulator.refusals.add({ objectType: VM, namePattern: `^${name}$`, message: WORDS });

    const run = await lab.sync();
    expectRefused(run, [{ kind: 'virtual-machine', label: name }]);
    const skipped = await lab.changes(run.id, 'state=skipped');
    expect(new Set(skipped.map(({ kind }) => kind))).toEqual(
      new Set(['interface', 'virtual-disk', ...dependents(version, skipped)]),
    );
    for (const { label, error } of skipped) {
      expect(label).toContain(name);
      expect(error).toMatchObject({ code: 'dependency' });
    }
    expect(run.findings.items).toContainEqual(
      expect.objectContaining({ code: 'not-in-netbox', message: expect.stringContaining(WORDS) }),
    );
    expect(objectsNaming(name, lab.picture())).toEqual([]);
    expect(Object.keys(vms(lab.picture()))).toEqual(Object.keys(vms(expected)).filter(key => !key.includes(name)));

    lab.netbox.simulator.refusals.clear();
    expect(await lab.sync()).toMatchObject({ state: 'completed', message: null });
    expect(lab.picture()).toEqual(expected);
    expect(await lab.syncAgain()).toEqual({ state: 'completed', writes: [] });
  },
);

/** Kinds below an interface that this guest has. */
const dependents = (version: string, skipped: { kind: string }[]): string[] => {
  const possible = ['ip-address', 'primary-ip', ...(version === '4.7' ? [] : ['mac-address', 'primary-mac'])];
  return possible.filter(kind => skipped.some(each => each.kind === kind));
};

test('several refused objects of several kinds are each listed, and the sync after the rules are gone completes', async () => {
  const { refusals } = lab.netbox.simulator;
  const name = someVm();
  refusals.add({ objectType: 'virtualization.vminterface', namePattern: '^net0$', message: WORDS });
  refusals.add({ objectType: 'virtualization.virtualdisk', namePattern: '^scsi0$', message: WORDS });
  const run = await lab.sync();
  expect(run).toMatchObject({ state: 'partial', reason: 'writes-refused' });
  const refused = await lab.changes(run.id, 'state=refused');
  expect(run.counts['refused']).toBe(refused.length);
  expect(new Set(refused.map(({ kind }) => kind))).toEqual(new Set(['interface', 'virtual-disk']));
  expect(refused.map(({ label }) => label)).toContain(`${name} net0`);
  expect(Object.keys(vms(lab.picture()))).toEqual(Object.keys(vms(whole)));

  const again = await lab.sync();
  expect(again).toMatchObject({ state: 'partial', reason: 'writes-refused', counts: { refused: refused.length, written: 0 } });
  refusals.clear();
  expect(await lab.sync()).toMatchObject({ state: 'completed', message: null });
  expect(lab.picture()).toEqual(whole);
});

test.each(['4.7', '4.6'])('NetBox %s refuses a change of one VM among several: the others are changed', async version => {
  await lab.begin(version);
  await lab.sync();
  const guests = lab.proxmox.world
    .truth()
    .guests.filter(({ kind }) => kind === 'qemu')
    .slice(0, 4);
  guests.forEach(({ vmid }) => lab.proxmox.world.changeGuest(vmid, { config: { description: `note ${vmid}` } }));
  const name = guests[2]?.name ?? '';
  lab.netbox.simulator.refusals.add({ objectType: VM, namePattern: `^${name}$`, message: WORDS });

  const run = await lab.sync();
  expectRefused(run, [{ kind: 'virtual-machine', label: name }]);
  const changed = Object.values(vms(lab.picture())).filter(vm => JSON.stringify(vm).includes('"description":"note '));
  expect(changed).toHaveLength(guests.length - 1);
  lab.netbox.simulator.refusals.clear();
  expect(await lab.sync()).toMatchObject({ state: 'completed', counts: { updated: 1 } });
});

test('a refused supporting object ends the run with its name and the reason, and nothing is written for guests', async () => {
  lab.netbox.simulator.refusals.add({ objectType: 'dcim.devicerole', namePattern: '^Proxmox Node$', message: WORDS });
  const run = await lab.sync();
  expect(run).toMatchObject({ state: 'failed', reason: 'writes-refused' });
  expect(run.message).toMatch(/refused to create "proxmox-node" in dcim\/device-roles.*Names must follow the convention/);
  expect(vms(lab.picture())).toEqual({});
  lab.netbox.simulator.refusals.clear();
  expect(await lab.sync()).toMatchObject({ state: 'completed' });
  expect(lab.picture()).toEqual(whole);
});
