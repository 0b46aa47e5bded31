import { restoredTypes, restoredValues, relatedIds, withoutEmpty, type Known } from '../../../../domain/deletion/restore';

const known: Known = {
  exists: (path, id) => !(path === 'tenancy/tenants' && id === 9) && !(path === 'ipam/vlans' && id === 12),
  tags: new Map([['blue', 4]]),
  customFields: new Map([
    ['owner_mail', { required: false }],
    ['cost', { required: true }],
  ]),
};
const { vm, interface: nic, address } = restoredTypes;

test('values of a virtual machine are those of its dump, without what NetBox sets itself and what points to its own parts', () => {
  const original = {
    id: 7,
    created: 'x',
    name: 'web',
    vcpus: '2.00',
    role: 3,
    primary_ip4: 5,
    tags: ['blue'],
    interface_count: 1,
  };
  expect(restoredValues(vm, original, known)).toEqual({
    values: { name: 'web', vcpus: '2.00', role: 3, tags: [4], custom_fields: {} },
    left: [],
  });
});

test('what is gone is left out and told: a tenant, one VLAN of several, a tag, a custom field', () => {
  expect(restoredValues(vm, { tenant: 9, tags: ['blue', 'red'], custom_fields: { old: 'x', gone: null } }, known)).toEqual({
    values: { tenant: null, tags: [4], custom_fields: {} },
    left: ['tenant 9 is gone', 'the tags red are gone', 'the custom fields old are gone'],
  });
  expect(restoredValues(nic, { tagged_vlans: [11, 12] }, known)).toMatchObject({
    values: { tagged_vlans: [11] },
    left: ['tagged vlans 12 is gone'],
  });
});

test('an empty custom field is said, lest NetBox gives its default; a required one is not', () => {
  const { values } = restoredValues(vm, { custom_fields: { owner_mail: null, cost: null } }, known);
  expect(values['custom_fields']).toEqual({ owner_mail: null });
  expect(withoutEmpty({ name: 'web', serial: '', tenant: null, custom_fields: {} })).toEqual({ name: 'web', custom_fields: {} });
});

test('the role of an address is a word, that of a virtual machine an object', () => {
  expect(relatedIds(address, { role: 'vip', vrf: 2 })).toEqual([{ path: 'ipam/vrfs', id: 2 }]);
  expect(relatedIds(vm, { role: 3 })).toEqual([{ path: 'dcim/device-roles', id: 3 }]);
});
