import { heldAtRequest, rightsAtRequest } from '../../../../domain/intent/rights-at-request';
import { rightsOf } from '../../../../domain/people/rights';

test('what is kept is where each permission was held, and only that', () => {
  const rights = rightsAtRequest(
    rightsOf([
      { permissions: ['intent_update_vm', 'view', 'intent_unheard_of'], endpointId: null },
      { permissions: ['intent_create_lxc'], endpointId: 'a' },
    ]),
  );
  expect(rights).toEqual({ intent_update_vm: 'all', intent_create_lxc: ['a'] });
  expect(heldAtRequest(rights, 'update', 'qemu', 'anywhere')).toBe(true);
  expect(heldAtRequest(rights, 'create', 'lxc', 'a')).toBe(true);
  expect(heldAtRequest(rights, 'create', 'lxc', 'b')).toBe(false);
  expect(heldAtRequest(rights, 'create', 'lxc', null)).toBe(false);
  expect(heldAtRequest(rights, 'delete', 'qemu', 'a')).toBe(false);
});

test('a token that is narrowed asks with what it is narrowed to', () => {
  const rights = rightsAtRequest(
    rightsOf([{ permissions: ['intent_update_vm', 'intent_update_lxc'], endpointId: null }], ['intent_update_lxc']),
  );
  expect(rights).toEqual({ intent_update_lxc: 'all' });
});
