import type { Json } from '../../json';
import { idOf, idsOf, type Row, textOf } from '../../store/row';
import type { World } from '../../store/world';
import type { Input } from '../../write/context';
import * as build from '../build';
import { INTERFACE_MODE } from '../choices';
import type { Field } from '../field';
import type { Check, Draft } from '../object-type';
import { macsOf } from './mac-addresses';

type InterfaceType = 'virtualization.vminterface' | 'dcim.interface';

const NESTED_PARENT = { fields: new Set(['id', 'url', 'display_url', 'display', 'name']) };
const NESTED_DEVICE_INTERFACE = { fields: new Set([...NESTED_PARENT.fields, 'cable', '_occupied']) };

/** Another interface of the same parent, in the form that NetBox nests it. */
export function sibling(
  name: string,
  type: InterfaceType,
  parentField: string,
  parentType: string,
  onDelete: 'restrict' | 'clear',
): Field {
  return build.optional(name, type, onDelete, {
    show: (row, reader) => {
      const other = reader.world.get(type, idOf(row, name));
      if (!other) return null;
      const shown = reader.nestedWith(type, other.id, type === 'dcim.interface' ? NESTED_DEVICE_INTERFACE : NESTED_PARENT) ?? {};
      const { name: ownName, ...rest } = shown;
      const parent = reader.nestedWith(parentType, idOf(other, parentField), NESTED_PARENT);
      const { cable, _occupied, ...head } = rest;
      const tail: Record<string, Json> = type === 'dcim.interface' ? { cable: cable ?? null, _occupied: _occupied ?? false } : {};
      return { ...head, [parentField]: parent, name: ownName ?? '', ...tail };
    },
  });
}

/** mac_address, primary_mac_address and mac_addresses. */
export function macFields(type: InterfaceType): Field[] {
  return [
    build.computed(
      'mac_address',
      (row, reader) => {
        const mac = reader.world.get('dcim.macaddress', idOf(row, 'primary_mac_address'));
        return mac ? textOf(mac, 'mac_address') : null;
      },
      { acceptedFrom: 7 },
    ),
    build.optional('primary_mac_address', 'dcim.macaddress', 'clear', { oneToOne: true }),
    build.computed('mac_addresses', (row, reader) =>
      macsOf(reader.world, type, row.id).flatMap(mac => reader.nested('dcim.macaddress', mac.id) ?? []),
    ),
  ];
}

export const mode = build.optionalChoice('mode', INTERFACE_MODE);
export const untaggedVlan = build.optional('untagged_vlan', 'ipam.vlan', 'clear');
export const taggedVlans: Field = { kind: 'references', name: 'tagged_vlans', to: 'ipam.vlan' };
export const serviceVlan = build.optional('qinq_svlan', 'ipam.vlan', 'clear');
export const addressCount = build.computed('count_ipaddresses', (row, reader) => {
  const type = 'virtual_machine' in row.values ? 'virtualization.vminterface' : 'dcim.interface';
  return reader.world.table('ipam.ipaddress').ids('assigned_object_type', `${type}:${row.id}`).size;
});

function siteOfParent(draft: Draft, world: World, parentField: string, parentType: string): number | null {
  const parent = world.get(parentType, Number(draft.values[parentField]));
  return parent ? idOf(parent, 'site') : null;
}

function foreignVlan(world: World, id: unknown, site: number | null): Row | undefined {
  const vlan = typeof id === 'number' ? world.get('ipam.vlan', id) : undefined;
  const vlanSite = vlan ? idOf(vlan, 'site') : null;
  return vlanSite === null || vlanSite === site ? undefined : vlan;
}

/** Tagged VLANs must be global or of the parent's site. Only lists that the request sends are looked at. */
export function validateTaggedVlans(check: Check, input: Input, parent: { field: string; type: string; words: string }): void {
  if (!('tagged_vlans' in input)) return;
  const { draft, world, problems } = check;
  const site = siteOfParent(draft, world, parent.field, parent.type);
  const vlans = draft.values['tagged_vlans'];
  for (const id of Array.isArray(vlans) ? vlans : []) {
    const vlan = foreignVlan(world, id, site);
    if (!vlan) continue;
    const shown = world.display('ipam.vlan', vlan.id);
    problems.add(
      'tagged_vlans',
      `VLAN ${shown} must belong to the same site as the interface's parent ${parent.words}, or it must be global.`,
    );
    return;
  }
}

/** Rules that VM and device interfaces share. The first broken one is reported. */
export function checkInterface(check: Check, type: InterfaceType, parent: { field: string; type: string; words: string }): void {
  const { draft, world, problems } = check;
  const { values } = draft;
  if (values['qinq_svlan'] && values['mode'] !== 'q-in-q') {
    return problems.add('qinq_svlan', 'Only Q-in-Q interfaces may specify a service VLAN.');
  }
  const related = [
    ['parent', 'An interface cannot be its own parent.', 'parent interface'],
    ['bridge', 'An interface cannot be bridged to itself.', 'bridge interface'],
  ] as const;
  for (const [field, own, words] of related) {
    const id = values[field];
    const other = typeof id === 'number' ? world.get(type, id) : undefined;
    if (!other) continue;
    if (other.id === draft.id) return problems.add(field, own);
    const owner = idOf(other, parent.field);
    if (owner !== values[parent.field]) {
      const shown = `${world.display(type, other.id)}) belongs to a different ${parent.words} (${world.display(parent.type, owner)}`;
      return problems.add(field, `The selected ${words} (${shown}).`);
    }
  }
  const site = siteOfParent(draft, world, parent.field, parent.type);
  const foreign = foreignVlan(world, values['untagged_vlan'], site);
  if (foreign) {
    const shown = world.display('ipam.vlan', foreign.id);
    problems.add(
      'untagged_vlan',
      `The untagged VLAN (${shown}) must belong to the same site as the interface's parent ${parent.words}, or it must be global.`,
    );
  }
}

/** Without a mode there is no untagged VLAN; only the mode `tagged` keeps tagged ones. */
export function settleVlans(draft: Draft): void {
  if (!draft.values['mode']) draft.values['untagged_vlan'] = null;
}

/** VLANs that go when an interface that existed before is saved in another mode than `tagged`. */
export function droppedVlans(row: Row, before: Row | null): boolean {
  return before !== null && textOf(row, 'mode') !== 'tagged' && idsOf(row, 'tagged_vlans').length > 0;
}
