import { decideGate, intentPermission, type GateFacts } from '../../../../domain/intent/gate';
import { INTENT_PHRASE } from '../../../../domain/settings/intent-switch';

const on = { netbox_to_proxmox_enabled: true, netbox_to_proxmox_typed_confirmation: INTENT_PHRASE };
const facts = (given: Partial<GateFacts> = {}): GateFacts => ({
  settings: on,
  endpoint: { name: 'pve', enabled: true, allowWrites: true },
  optIn: { by: 'branch', name: 'b', applyToProxmox: true, applyDestroyConfirmed: true },
  change: { op: 'update', kind: 'qemu', requester: { name: 'ann', heldAtRequest: true, holdsNow: true } },
  ...given,
});
const codes = (given: Partial<GateFacts>): string[] => {
  const answer = decideGate(facts(given));
  return answer.allowed ? [] : answer.reasons.map(({ code }) => code);
};

test('everything in place is allowed', () => {
  expect(decideGate(facts())).toEqual({ allowed: true });
  expect(decideGate(facts({ optIn: { by: 'request' } }))).toEqual({ allowed: true });
});

test('a delete of a branch becomes a request, also where nobody of ours has merged it: somebody must adopt it', () => {
  const optIn = { by: 'branch', name: 'b', applyToProxmox: true, applyDestroyConfirmed: true } as const;
  const change = { op: 'delete', kind: 'qemu', requester: 'to-be-adopted' } as const;
  expect(decideGate(facts({ optIn, change }))).toEqual({ allowed: true });
});

test.each<[string, Partial<GateFacts>]>([
  ['intent_disabled', { settings: { ...on, netbox_to_proxmox_enabled: false } }],
  ['intent_phrase_missing', { settings: { ...on, netbox_to_proxmox_typed_confirmation: '' } }],
  ['intent_phrase_missing', { settings: { ...on, netbox_to_proxmox_typed_confirmation: 'Allow-Edit-And-Add-Actions' } }],
  ['endpoint_id_required', { endpoint: 'unnamed' }],
  ['endpoint_not_found', { endpoint: null }],
  ['endpoint_disabled', { endpoint: { name: 'pve', enabled: false, allowWrites: true } }],
  ['endpoint_writes_disabled', { endpoint: { name: 'pve', enabled: true, allowWrites: false } }],
  ['branch_not_opted_in', { optIn: { by: 'branch', name: 'b', applyToProxmox: false, applyDestroyConfirmed: true } }],
  ['branch_not_opted_in', { optIn: { by: 'branch', name: 'b', applyToProxmox: 'true', applyDestroyConfirmed: true } }],
  ['vm_not_opted_in', { optIn: { by: 'change-log', vm: 'web-1', applyToProxmox: null } }],
  [
    'destroy_not_confirmed',
    {
      optIn: { by: 'branch', name: 'b', applyToProxmox: true, applyDestroyConfirmed: null },
      change: { op: 'delete', kind: 'qemu', requester: { name: 'ann', heldAtRequest: true, holdsNow: true } },
    },
  ],
  ['requester_unknown', { change: { op: 'update', kind: 'qemu', requester: null } }],
  ['requester_unknown', { change: { op: 'update', kind: 'qemu', requester: 'to-be-adopted' } }],
  [
    'permission_denied',
    { change: { op: 'update', kind: 'qemu', requester: { name: 'ann', heldAtRequest: false, holdsNow: true } } },
  ],
  [
    'permission_denied',
    { change: { op: 'update', kind: 'qemu', requester: { name: 'ann', heldAtRequest: true, holdsNow: false } } },
  ],
])('%s closes it', (code, given) => {
  expect(codes(given)).toEqual([code]);
});

test('every reason is given, and the permission is named', () => {
  const answer = decideGate(
    facts({
      settings: { ...on, netbox_to_proxmox_enabled: false },
      change: { op: 'create', kind: 'lxc', requester: { name: 'bob', heldAtRequest: false, holdsNow: false } },
    }),
  );
  expect(answer).toMatchObject({
    allowed: false,
    reasons: [
      { code: 'intent_disabled' },
      { code: 'permission_denied', message: expect.stringMatching(/^permission denied: intent_create_lxc\./) },
    ],
  });
});

test('each change has its own permission', () => {
  const all = (['create', 'update', 'delete'] as const).flatMap(op =>
    (['qemu', 'lxc'] as const).map(kind => intentPermission(op, kind)),
  );
  expect(all).toEqual([
    'intent_create_vm',
    'intent_create_lxc',
    'intent_update_vm',
    'intent_update_lxc',
    'intent_delete_vm',
    'intent_delete_lxc',
  ]);
});
