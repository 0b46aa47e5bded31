import type { GuestMatchInput, GuestRecord } from '../../../../domain/reflection/guest-match';
import { matchGuests } from '../../../../domain/reflection/guests';
import { guestKey, type GuestKey, type ObservedGuest } from '../../../../domain/reflection/inventory';
import type { Row } from '../../../../domain/reflection/kind';
import { defaultPolicy } from '../../../../domain/reflection/policy';
import { guest, inventory, nic } from './support/guests';

const row = (
  id: number,
  name: string,
  customFields: Record<string, unknown> = {},
  fields: Record<string, unknown> = {},
): Row => ({
  id,
  name,
  cluster: { id: 1 },
  custom_fields: customFields,
  ...fields,
});
const port = (vmId: number, mac: string): Row => ({
  id: 1000 + vmId,
  virtual_machine: { id: vmId },
  name: 'eth0',
  mac_address: mac,
});

const web = guest(100, { name: 'web', nics: [nic('net0', { mac: 'M1' })] });
const mark = { proxmox_vm_id: 100, proxmox_vm_type: 'qemu', proxbox_endpoint: 'ours' };
const linkedTo = (netboxId: number, values = {}): GuestMatchInput['links'] => new Map([['qemu/100', { netboxId, values }]]);

const recordOf = (observed: ObservedGuest, fields: Partial<GuestRecord> = {}): Map<GuestKey, GuestRecord> =>
  new Map([
    [
      guestKey(observed),
      {
        kind: observed.kind,
        vmid: observed.vmid,
        evidence: observed.evidence,
        confirmedEvidence: observed.evidence,
        state: 'proven',
        sourceName: observed.name,
        givenName: observed.name,
        ...fields,
      },
    ],
  ]);

function match(fields: Partial<GuestMatchInput>, guests = [web]) {
  const result = matchGuests({
    endpointId: 'ours',
    clusterId: 1,
    clusterName: 'lab',
    inventory: inventory(guests),
    records: new Map(),
    links: new Map(),
    linkedElsewhere: new Set(),
    marksElsewhere: new Set(),
    vmRows: [],
    interfaceRows: [],
    otherTool: [],
    policy: defaultPolicy,
    ownFields: new Set(['proxmox_vm_id', 'proxmox_vm_type', 'proxbox_endpoint']),
    ...fields,
  });
  return {
    ...result,
    found: Object.fromEntries([...result.matched].map(([key, { row: vm, rule }]) => [key, `${vm.id} by ${rule}`])),
    names: Object.fromEntries(result.guests.map(({ vmid, givenName }) => [vmid, givenName])),
    codes: result.findings.map(finding => finding.code),
  };
}

describe('which VM shows a guest', () => {
  const named = { vmRows: [row(7, 'WEB')], interfaceRows: [port(7, 'M1')] };

  test('our link comes first, whatever the VM is called', () => {
    expect(match({ vmRows: [row(5, 'renamed', mark), row(6, 'web')], links: linkedTo(5) }).found).toEqual({
      'qemu/100': '5 by link',
    });
  });

  test('then the custom fields: VMID, kind and cluster', () => {
    expect(match({ vmRows: [row(5, 'x', mark)] }).found).toEqual({ 'qemu/100': '5 by custom-fields' });
    expect(match({ vmRows: [row(5, 'x', { proxmox_vm_id: '100' })] }).found).toEqual({ 'qemu/100': '5 by custom-fields' });
    expect(match({ vmRows: [row(5, 'x', { proxmox_vm_id: 100, proxmox_vm_type: { value: 'qemu' } })] }).found).toEqual({
      'qemu/100': '5 by custom-fields',
    });
    expect(match({ vmRows: [row(5, 'x', { ...mark, proxmox_vm_type: 'lxc' })] }).found).toEqual({});
    expect(match({ vmRows: [row(5, 'x', mark, { cluster: { id: 2 } })] }).found).toEqual({});
  });

  test('then the rows of the Proxbox plugin, of this cluster and kind', () => {
    const plugin = { netboxVmId: 5, vmid: 100, kind: 'qemu' as const, clusterName: 'lab' };
    const vmRows = [row(5, 'x')];
    expect(match({ vmRows, otherTool: [plugin] }).found).toEqual({ 'qemu/100': '5 by proxbox-plugin' });
    expect(match({ vmRows, otherTool: [{ ...plugin, kind: null, clusterName: null }] }).found).toEqual({
      'qemu/100': '5 by proxbox-plugin',
    });
    expect(match({ vmRows, otherTool: [{ ...plugin, clusterName: 'other' }] }).found).toEqual({});
    expect(match({ vmRows, otherTool: [{ ...plugin, kind: 'lxc' }] }).found).toEqual({});
  });

  test('then name and MAC together, never the name alone', () => {
    expect(match(named).found).toEqual({ 'qemu/100': '7 by name-and-mac' });
    expect(match({ ...named, interfaceRows: [port(7, 'M2')] }).found).toEqual({});
    expect(match({ ...named, vmRows: [row(7, 'other')] }).found).toEqual({});
  });

  test('a VM that another guest or another endpoint has is out of the question', () => {
    expect(match({ vmRows: [row(5, 'x', mark)], linkedElsewhere: new Set([5]) }).found).toEqual({});
    const links: GuestMatchInput['links'] = new Map([['qemu/999', { netboxId: 5, values: {} }]]);
    expect(match({ vmRows: [row(5, 'x', mark)], links }).found).toEqual({});
  });

  test('two VMs for a guest, or two guests for a VM, are ambiguous: nothing is written for them', () => {
    const two = match({ vmRows: [row(5, 'a', mark), row(6, 'b', mark)] });
    expect([two.found, [...two.ambiguous], two.guests]).toEqual([{}, ['qemu/100'], []]);
    const twins = [web, guest(101, { name: 'web', nics: [nic('net0', { mac: 'M1' })] })];
    expect([...match(named, twins).ambiguous]).toEqual(['qemu/100', 'qemu/101']);
  });
});

describe('a linked VM that is not what it was', () => {
  const reflected = { 'cf.proxmox_vm_id': 100, 'cf.proxmox_vm_type': 'qemu', 'cf.proxbox_endpoint': 'ours', name: 'web' };
  const foreign = (fields: Record<string, unknown>, name = 'web') =>
    match({ vmRows: [row(5, name, fields)], links: linkedTo(5, reflected) }).foreign.map(item => item.netboxId);

  test('carries another guest’s mark, or none and another name: it is another VM', () => {
    expect(foreign({ ...mark, proxmox_vm_id: 101 })).toEqual([5]);
    expect(foreign({ ...mark, proxbox_endpoint: 'theirs' })).toEqual([5]);
    expect(foreign({}, 'by hand')).toEqual([5]);
  });

  test('a person’s new name, or fields that a person emptied, are no reason', () => {
    expect(foreign(mark, 'Shop front')).toEqual([]);
    expect(foreign({})).toEqual([]);
  });

  test('fields that we never wrote say nothing', () => {
    const vmRows = [row(5, 'web', { proxmox_vm_id: 'rack 7' })];
    expect(match({ vmRows, links: linkedTo(5, { name: 'web' }) }).foreign).toEqual([]);
    expect(match({ vmRows, links: linkedTo(5, reflected), ownFields: new Set(['proxmox_vm_type']) }).foreign).toEqual([]);
  });

  test('that NetBox no longer has is missing', () => {
    expect(match({ links: linkedTo(5) }).missing).toEqual([{ key: 'qemu/100', netboxId: 5 }]);
  });
});

describe('a VMID that was given to another guest', () => {
  const anew = guest(100, { name: 'shop', evidence: { smbiosUuid: 'new', vmgenid: 'new' }, nics: [nic('net0', { mac: 'M9' })] });
  const records = recordOf(web);

  test('leaves the old VM alone, with our link or without', () => {
    const linked = match({ records, vmRows: [row(5, 'web', mark)], links: linkedTo(5) }, [anew]);
    expect([linked.found, [...linked.recreated], linked.codes]).toEqual([{}, ['qemu/100'], ['recreated']]);
    const unlinked = match({ records, vmRows: [row(5, 'web', mark)], interfaceRows: [port(5, 'M1')] }, [anew]);
    expect(unlinked.found).toEqual({});
  });

  test('is recognised where NetBox shows the new guest already', () => {
    const vmRows = [row(5, 'web', mark), row(6, 'shop', mark)];
    const { found } = match({ records, vmRows, links: linkedTo(5), interfaceRows: [port(5, 'M1'), port(6, 'M9')] }, [anew]);
    expect(found).toEqual({ 'qemu/100': '6 by custom-fields' });
  });

  test('is remembered with the new evidence', () => {
    const { records: after } = match({ records }, [anew]);
    expect(after.get('qemu/100')).toMatchObject({
      evidence: anew.evidence,
      confirmedEvidence: anew.evidence,
      state: 'proven',
      sourceName: 'shop',
    });
  });
});

describe('what is known of a guest', () => {
  test('a rollback keeps the confirmed evidence until a person confirms', () => {
    const rolledBack = guest(100, { ...web, evidence: { ...web.evidence, vmgenid: 'older' } });
    const { records, codes } = match({ records: recordOf(web) }, [rolledBack]);
    expect(codes).toContain('evidence-changed');
    expect(records.get('qemu/100')).toMatchObject({
      state: 'changed',
      evidence: rolledBack.evidence,
      confirmedEvidence: web.evidence,
    });
  });

  test('evidence that a guest of another endpoint has proves nothing', () => {
    const { records, codes } = match({ marksElsewhere: new Set(['uuid:uuid-100']) });
    expect(codes).toEqual(['evidence-shared']);
    expect(records.get('qemu/100')!.state).toBe('unproven');
  });

  test('evidence that a guest has which was not looked at this time proves nothing either', () => {
    const twin = guest(101, { name: 'twin', evidence: web.evidence });
    const others = { inventory: { ...inventory([web]), others: [guestKey(twin)] } };
    expect(match({ ...others, records: recordOf(twin) }).records.get('qemu/100')!.state).toBe('unproven');
    expect(match(others).records.get('qemu/100')!.state).toBe('proven');
  });

  test('no evidence is said once', () => {
    const bare = guest(100, { name: 'web', evidence: {} });
    expect(match({}, [bare]).codes).toEqual(['unproven']);
    expect(match({ records: recordOf(bare) }, [bare]).codes).toEqual([]);
  });

  test('templates are left out by setting', () => {
    const template = guest(100, { template: true });
    expect(match({}, [template]).guests).toHaveLength(1);
    const without = match({ policy: { ...defaultPolicy, syncTemplates: false } }, [template]);
    expect([without.guests, without.codes]).toEqual([[], ['template-skipped']]);
  });
});

describe('names', () => {
  test('those of VMs that show none of our guests are taken', () => {
    expect(match({ vmRows: [row(5, 'Web')] }).names).toEqual({ 100: 'web (2)' });
    expect(match({ vmRows: [row(5, 'Web', {}, { cluster: { id: 2 } })] }).names).toEqual({ 100: 'web' });
  });

  test('a numbered name that NetBox shows is kept as given; any other is a person’s', () => {
    expect(match({ vmRows: [row(5, 'web (3)', mark)] }).names).toEqual({ 100: 'web (3)' });
    expect(match({ vmRows: [row(5, 'Shop front', mark)] }).names).toEqual({ 100: 'web' });
  });
});
