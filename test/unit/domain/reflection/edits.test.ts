import fc from 'fast-check';
import { kindNamed } from '../../../../domain/reflection/kinds';
import type { Values } from '../../../../domain/reflection/values';
import { guest, inventory, nic } from './support/guests';
import { Endpoint } from './support/sync';

const guestAt = (name: string, memoryMiB: number, notes: string) =>
  guest(100, { name, memoryMiB, notes, nics: [nic('net0', { addresses: ['10.0.0.1/24', '10.0.0.2/24'] })], tags: ['prod'] });
const guests = fc.tuple(fc.constantFrom('web', 'shop'), fc.constantFrom(1024, 2048), fc.constantFrom('', 'one', 'two\nlines'));

/** What a person may do to the VM in NetBox between two runs. */
const edits: fc.Arbitrary<Values> = fc.record(
  {
    name: fc.constantFrom('Front', 'Shop window'),
    status: fc.constantFrom('planned', 'decommissioning', 'offline'),
    memory: fc.constantFrom(1, 2),
    description: fc.constantFrom('mine', ''),
    comments: fc.constantFrom('mine', ''),
    tags: fc.constantFrom([901], [901, 902], []),
    'cf.proxmox_node': fc.constantFrom('mine', ''),
    'cf.owner': fc.constant('ops'),
  },
  { requiredKeys: [] },
);

const vm = kindNamed('virtual-machine');

interface Case {
  history: [string, number, string][];
  edit: Values;
  flag: boolean;
  human: boolean;
}
const cases: fc.Arbitrary<Case> = fc.record({
  history: fc.array(guests, { minLength: 2, maxLength: 3 }),
  edit: edits,
  flag: fc.boolean(),
  human: fc.boolean(),
});

/** Runs, the edit after the first of them, runs; what the edit left and what the end is. */
function play({ history, edit, flag, human }: Case) {
  const endpoint = new Endpoint();
  Object.assign(endpoint.policy.flags, {
    overwrite_vm_description: flag,
    overwrite_vm_tags: flag,
    overwrite_vm_custom_fields: flag,
  });
  endpoint.policy.overwriteHumanStatus = human;
  const worlds = history.map(([name, memory, notes]) => inventory([guestAt(name, memory, notes)]));
  endpoint.sync(worlds[0]!);
  const { id } = endpoint.netbox.rows(vm.path)[0]!;
  endpoint.netbox.edit(vm.path, id, edit);
  for (const world of worlds.slice(1)) endpoint.sync(world);
  const shown = vm.values(endpoint.netbox.rows(vm.path).find(row => row.id === id)!);
  const [name, memory, notes] = history.at(-1)!;
  return { shown, wanted: { name, memory, notes }, endpoint, last: worlds.at(-1)! };
}

test('what a person sets survives where the rule says so, and is put right where not', () => {
  fc.assert(
    fc.property(cases, input => {
      const { edit, flag, human } = input;
      const { shown, wanted } = play(input);
      const kept = (field: string): boolean => edit[field] !== undefined && edit[field] !== '';

      expect(shown['name']).toBe(edit['name'] ?? wanted.name);
      expect(shown['memory']).toBe(wanted.memory);
      const keptStatus = (edit['status'] === 'planned' || edit['status'] === 'decommissioning') && !human;
      expect(shown['status']).toBe(keptStatus ? edit['status'] : 'active');
      const description = wanted.notes.split('\n')[0] || 'Synced from Proxmox node n1';
      if (flag) expect(shown['description']).toBe(description);
      else if (kept('description')) expect(shown['description']).toBe('mine');
      if (kept('comments')) expect(shown['comments']).toBe('mine');
      expect(shown['cf.proxmox_node']).toBe(!flag && kept('cf.proxmox_node') ? 'mine' : 'n1');
      expect(shown['cf.owner']).toBe(edit['cf.owner']);
      const theirs = (edit['tags'] as number[] | undefined) ?? [];
      expect(shown['tags']).toEqual(expect.arrayContaining(theirs));
      if (!flag && theirs.length > 0) expect((shown['tags'] as number[]).length).toBe(theirs.length);
    }),
    { numRuns: 120 },
  );
});

test('whatever a person sets, the run after the next writes nothing', () => {
  fc.assert(
    fc.property(cases, input => {
      const { endpoint, last } = play(input);
      expect(endpoint.plan(last).plan.changes).toEqual([]);
    }),
    { numRuns: 120 },
  );
});

test('where writes are allowed, an edit stays and is called drift, and Proxmox’s changes of other fields go on', () => {
  const endpoint = new Endpoint();
  endpoint.policy.allowWrites = true;
  endpoint.sync(inventory([guestAt('web', 1024, '')]));
  const { id } = endpoint.netbox.rows(vm.path)[0]!;
  endpoint.netbox.edit(vm.path, id, { memory: 4096 });

  const { plan } = endpoint.plan(inventory([guestAt('shop', 2048, '')]));

  expect(plan.changes.map(change => change.after)).toEqual([{ name: 'shop' }]);
  expect(plan.findings).toMatchObject([{ code: 'drift', detail: { field: 'memory', netbox: 4096, proxmox: 2048 } }]);
});

test('an address that a person changed in NetBox is put right, not doubled', () => {
  const endpoint = new Endpoint();
  const world = inventory([guestAt('web', 1024, '')]);
  endpoint.sync(world);
  const address = endpoint.netbox.rows('ipam/ip-addresses').find(row => row['address'] === '10.0.0.2/24')!;
  endpoint.netbox.edit('ipam/ip-addresses', address.id, { address: '10.0.0.99/24' });

  endpoint.sync(world);

  expect(
    endpoint.netbox
      .rows('ipam/ip-addresses')
      .map(row => row['address'])
      .sort(),
  ).toEqual(['10.0.0.1/24', '10.0.0.2/24']);
});
