import { intentCustomFields, vmIntentFields } from '../../../../domain/intent/custom-fields';
import { planDigest } from '../../../../domain/intent/digest';
import { planCreate } from '../../../../domain/intent/plan/create';
import { planUpdate } from '../../../../domain/intent/plan/update';
import { birth, create, options, qemu, update } from './support/changes';
import { read } from './support/model';

const known = { netboxId: 7, name: 'web-1', kind: 'qemu' as const, vmid: 100, endpointId: 'e1' };
const identity = (text: string): string => text;

describe('the digest of a plan', () => {
  const plan = (memory: number, guest = qemu()) => planUpdate(update({ memory: { to: memory } }), read(guest), null, options());

  test('is the same for the same plan, in any order', () => {
    const [a, b] = [plan(4096), { ...plan(1024), guest: { ...known, netboxId: 3 } }];
    expect(planDigest([a, b], identity)).toBe(planDigest([b, a], identity));
    expect(planDigest([plan(4096)], identity)).toBe(planDigest([plan(4096)], identity));
  });

  test('of a birth does not depend on the mark that is made up for it', () => {
    const born = (mark: string, memory: number) =>
      planDigest([planCreate(create({ memory }), birth({ mark }), options())], identity);
    const [one, other] = ['11111111-2222-4333-8444-555555555555', '99999999-2222-4333-8444-555555555555'];
    expect(born(one, 2048)).toBe(born(other, 2048));
    expect(born(one, 2048)).not.toBe(born(one, 4096));
  });

  test('is another one for other values, another configuration, another refusal', () => {
    const plans = [plan(4096), plan(8192), plan(4096, qemu({ onboot: '1' })), plan(1)];
    expect(new Set(plans.map(each => planDigest([each], identity))).size).toBe(plans.length);
  });
});

test('ten fields of virtual machines, the VMID, and two of branches where there are branches', () => {
  expect(vmIntentFields.map(({ name }) => name)).toEqual([
    'proxmox_node',
    'proxmox_storage',
    'proxmox_iso',
    'proxmox_template_vmid',
    'cloud_init_user',
    'cloud_init_ssh_keys',
    'cloud_init_user_data',
    'cloud_init_network',
    'proxbox_intent_state',
    'proxbox_last_apply_run_id',
  ]);
  const names = (branching: boolean, changeLog: boolean) => intentCustomFields({ branching, changeLog }).map(({ name }) => name);
  expect(names(false, false)).toHaveLength(11);
  expect(names(true, false).slice(11)).toEqual(['apply_to_proxmox', 'apply_destroy_confirmed']);
  expect(names(false, true).slice(11)).toEqual(['apply_to_proxmox']);
  const all = intentCustomFields({ branching: true, changeLog: true });
  expect(all.find(({ name }) => name === 'apply_to_proxmox')?.objectTypes).toEqual([
    'netbox_branching.branch',
    'virtualization.virtualmachine',
  ]);
  expect(all.filter(({ type }) => type === 'select').map(({ choices }) => choices?.values.length)).toEqual([8]);
});
