import { idOf, idsOf, type Row, textOf } from '../../store/row';
import type { World } from '../../store/world';
import type { Input } from '../../write/context';
import type { Check, Draft } from '../object-type';

export type InterfaceType = 'virtualization.vminterface' | 'dcim.interface';

/** What an interface belongs to: the relation's field, its model, and its name in messages. */
export interface InterfaceParent {
  readonly field: string;
  readonly type: string;
  readonly words: string;
}

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
export function validateTaggedVlans(check: Check, input: Input, parent: InterfaceParent): void {
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

/** Service VLANs belong to Q-in-Q interfaces. */
export function checkServiceVlan({ draft, problems }: Check): void {
  const { qinq_svlan, mode } = draft.values;
  if (qinq_svlan && mode !== 'q-in-q') problems.add('qinq_svlan', 'Only Q-in-Q interfaces may specify a service VLAN.');
}

/** Rules that VM and device interfaces share. The first broken one is reported. */
export function checkInterface(check: Check, type: InterfaceType, parent: InterfaceParent): void {
  const { draft, world, problems } = check;
  const { values } = draft;
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
