import { formatPropertyString } from '../../../proxmox/property-string';
import { observeGuest } from '../../../reflection/observe-guest';
import { defaultPolicy } from '../../../reflection/policy';
import { maxListedTrunk } from '../../../reflection/kinds/vlan';
import type { Json } from '../../../json';
import { newValues, type Changed, type InterfaceFields } from '../../changes/fields';
import type { AddedPart, ChangedPart, PartChange } from '../../changes/guest-change';
import { mergeEdits, refuse, remark, type Edit, type FieldDifference } from '../edit';
import { liveNic, type LiveGuest } from '../live';
import type { PlanOptions } from '../options';
import type { FieldPlan } from '../vm-rule';
import { planAddresses } from './addresses';
import { mtuProblem, newNic, newNicKey, noBridge, withSwitching, type NicSwitching } from './nic-text';

/** Cards are changed in place, with the MAC address that they have, and added. None is removed: that is done in Proxmox. */
export function planNics(parts: readonly PartChange<InterfaceFields>[], live: LiveGuest, options: PlanOptions): FieldPlan[] {
  const taken = new Set(live.config.nics.map(nic => nic.key));
  return parts.map(part => {
    if (part.op === 'update') return changeNic(part, live);
    if (part.op === 'create') return addNic(part, live, taken, options);
    const message = `The interface ${part.name} is not removed from the guest. Put it back in NetBox, or remove the card in Proxmox first.`;
    return { fields: [], edit: refuse('nic_removed', `interfaces.${part.name}`, message) };
  });
}

/** How NetBox shows the cards that the guest's configuration has. */
export function shownNics(live: LiveGuest): Map<string, Omit<InterfaceFields, 'model'>> {
  const { nics } = observeGuest(live.config, live, { told: false }, defaultPolicy);
  return new Map(
    nics.map(({ key, name, mac, bridge, vlan, trunks, enabled, mtu, addresses }) => [
      key,
      { name, mac, bridge, vlan, enabled, mtu, addresses, trunks: trunks && trunks.length > maxListedTrunk ? 'all' : trunks },
    ]),
  );
}

const inPlace = ['enabled', 'mtu', 'vlan', 'trunks', 'bridge'] as const;

/** Where values of NetBox differ from a card; a list of VLANs without any is no trunk. */
export function nicDifferences(key: string, values: NicSwitching, live: LiveGuest): FieldDifference[] {
  const shown = shownNics(live).get(key);
  if (!shown) return [];
  return inPlace.flatMap(name => {
    if (values[name] === undefined) return [];
    const [from, to] = [asJson(shown[name]), asJson(values[name])];
    return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ field: `interfaces.${key}.${name}`, from, to }];
  });
}

const asJson = (value: InterfaceFields[(typeof inPlace)[number]]): Json =>
  typeof value === 'object' && value !== null && value.length === 0 ? null : value;

function changeNic(part: ChangedPart<InterfaceFields>, live: LiveGuest): FieldPlan {
  const field = `interfaces.${part.name}`;
  const nic = liveNic(live, part);
  if (!nic) {
    const message = `The guest's configuration has no card for the interface ${part.name}. Wait for the next sync, and look at its interfaces then.`;
    return { fields: [], edit: refuse('nic_unknown', field, message) };
  }
  const wanted: NicSwitching = Object.fromEntries(
    Object.entries(newValues(part.changed)).filter(([name]) => inPlace.some(each => each === name)),
  );
  const fields = nicDifferences(nic.key, wanted, live);
  const addresses = part.changed.addresses
    ? planAddresses(nic, part.changed.addresses, live)
    : { fields: [], nicParts: nic.parts, edit: {} };
  const refused = [
    macChange(field, part.changed, nic.mac),
    modelChange(field, part.changed, live.kind === 'qemu' ? nic.model : null),
    mtuProblem(live.kind, field, wanted.mtu),
  ].filter(edit => edit !== undefined);
  if ('bridge' in wanted && wanted.bridge === null && nic.bridge !== null) refused.push(noBridge(field));
  const differing = new Set(fields.map(each => each.field.split('.').at(-1)));
  const switching: NicSwitching = Object.fromEntries(Object.entries(wanted).filter(([name]) => differing.has(name)));
  const text = formatPropertyString(withSwitching(addresses.nicParts, switching));
  const set = text === formatPropertyString(nic.parts) ? {} : { set: { [nic.key]: text } };
  return { fields: [...fields, ...addresses.fields], edit: mergeEdits([set, addresses.edit, ...refused]) };
}

/** The address of a card is what its guest is recognised by, and a new one takes the network away from a running guest. */
function macChange(field: string, { mac }: Changed<InterfaceFields>, live: string | null): Edit | undefined {
  if (!mac || mac.to?.toUpperCase() === live?.toUpperCase()) return undefined;
  if (mac.to === null) return remark(`${field}.mac`, 'A card has a MAC address in any case: an empty field changes nothing.');
  const message = `The card has the MAC address ${live ?? 'none'}, which is not changed. Put it back in NetBox, or change it in Proxmox.`;
  return refuse('mac_changed', `${field}.mac`, message);
}

/** Another model is another card, whose driver the guest may not have. */
function modelChange(field: string, { model }: Changed<InterfaceFields>, live: string | null): Edit | undefined {
  if (!model || model.to === null || live === null || model.to === live) return undefined;
  const message = `The card is a ${live}, which is not changed. Put it back in NetBox, or change it in Proxmox.`;
  return refuse('nic_model_changed', `${field}.model`, message);
}

function addNic(part: AddedPart<InterfaceFields>, live: LiveGuest, taken: Set<string>, options: PlanOptions): FieldPlan {
  const { name } = part.fields;
  const key = newNicKey(name, taken);
  if (key === null) {
    const message = `The guest has a ${name} already, or no place for another card. Give the interface another name.`;
    return { fields: [], edit: refuse('nic_unknown', `interfaces.${name}`, message) };
  }
  const edit = newNic(live.kind, key, part.fields, options.bridge);
  if (!edit.set) return { fields: [], edit };
  taken.add(key);
  const links = part.netboxId === null ? [] : [{ kind: 'interface' as const, netboxId: part.netboxId, key }];
  return { fields: [{ field: `interfaces.${key}`, from: null, to: name }], edit: { ...edit, links } };
}
