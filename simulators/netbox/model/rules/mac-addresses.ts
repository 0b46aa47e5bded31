import { Invalid, Problems } from '../../errors';
import { type Filter, FilterProblem } from '../../read/filter';
import { genericKey } from '../../store/indexes';
import { idOf, type Row, textOf } from '../../store/row';
import type { World } from '../../store/world';
import type { Input, WriteContext } from '../../write/context';
import { logData, recordChange } from '../../write/change-log';
import { saveChecked, saveRelated } from '../../write/save';
import { macText } from '../network';
import type { Check } from '../object-type';
import type { InterfaceType } from './interface';

const MAC = 'dcim.macaddress';
const FORMAT = 'Enter a valid MAC address (e.g. 00:11:22:33:44:55).';

/** MAC addresses assigned to an interface, in NetBox's order. */
export function macsOf(world: World, type: string, id: number): Row[] {
  return world
    .table(MAC)
    .find('assigned_object_type', genericKey(type, id))
    .sort((a, b) => (textOf(a, 'mac_address') < textOf(b, 'mac_address') ? -1 : 1));
}

/** Finds VMs or devices by a MAC address of their interfaces. */
export function macsOfInterfaces(interfaceType: InterfaceType, parentField: string): Filter {
  return (values, lookup, { world }) => {
    if (lookup !== '') return undefined;
    const ids = new Set<number>();
    for (const value of values) {
      for (const mac of world.table(MAC).find('mac_address', readMac(value))) {
        const owner =
          textOf(mac, 'assigned_object_type') === interfaceType
            ? world.get(interfaceType, idOf(mac, 'assigned_object_id'))
            : undefined;
        const parent = owner ? idOf(owner, parentField) : null;
        if (parent !== null) ids.add(parent);
      }
    }
    return { test: row => ids.has(row.id), ids };
  };
}

/** Finds interfaces by an assigned MAC address. */
export function macsOfInterface(interfaceType: InterfaceType): Filter {
  return (values, lookup, { world }) => {
    if (lookup !== '') return undefined;
    const macs = values.flatMap(value => world.table(MAC).find('mac_address', readMac(value)));
    const ids = new Set(
      macs.flatMap(mac => (textOf(mac, 'assigned_object_type') === interfaceType ? (idOf(mac, 'assigned_object_id') ?? []) : [])),
    );
    return { test: row => ids.has(row.id), ids };
  };
}

/** A MAC address in a query; others than addresses are refused. */
export function readMac(value: string): string {
  const mac = macText(value);
  if (!mac) throw new FilterProblem(`Invalid MAC address format: ${value}`);
  return mac;
}

/** 4.7: `mac_address` in the input of an interface must be readable and agree with `primary_mac_address`. */
export function validateShortcut(check: Check, input: Input): void {
  if (check.version.minor < 7 || !('mac_address' in input)) return;
  const raw = input['mac_address'];
  if (raw === null) return conflictWith(check, input, null);
  if (typeof raw !== 'string' && typeof raw !== 'number') check.problems.add('mac_address', 'Not a valid string.');
  else if (String(raw).trim() === '') check.problems.add('mac_address', 'This field may not be blank.');
  else if (!macText(String(raw))) check.problems.add('mac_address', FORMAT);
  else conflictWith(check, input, macText(String(raw)));
}

function conflictWith({ draft, world, problems }: Check, input: Input, shortcut: string | null): void {
  if (!('primary_mac_address' in input)) return;
  const id = draft.values['primary_mac_address'];
  const primary = typeof id === 'number' ? world.get(MAC, id) : undefined;
  if ((primary ? textOf(primary, 'mac_address') : null) !== shortcut) {
    problems.add('__all__', "The provided 'mac_address' and 'primary_mac_address' values conflict.");
  }
}

/** 4.7 demands that a primary MAC is the interface's own; before, only that it is nobody else's. */
export function checkPrimaryMac({ draft, world, version, problems }: Check, type: InterfaceType): void {
  const id = draft.values['primary_mac_address'];
  const mac = typeof id === 'number' ? world.get(MAC, id) : undefined;
  if (!mac) return;
  const holder = idOf(mac, 'assigned_object_id');
  if (holder === null) {
    if (draft.before && version.minor >= 7) {
      problems.add('__all__', 'Only a MAC address assigned to this interface can be its primary MAC address.');
    }
    return;
  }
  const holderType = textOf(mac, 'assigned_object_type');
  if (holder === draft.id && holderType === type) return;
  const message = `MAC address ${textOf(mac, 'mac_address')} is assigned to a different interface (${world.display(holderType, holder)}).`;
  problems.add(version.minor >= 7 ? '__all__' : 'primary_mac_address', message);
}

/** A MAC of nobody that a new interface names as its primary is assigned to it. */
export function adoptPrimaryMac(context: WriteContext, type: InterfaceType, row: Row, before: Row | null): void {
  const mac = before ? undefined : context.world.get(MAC, idOf(row, 'primary_mac_address'));
  if (!mac || idOf(mac, 'assigned_object_id') !== null) return;
  saveRelated(context, context.world.type(MAC), mac, { assigned_object_type: type, assigned_object_id: row.id });
}

/** 4.7: writes the `mac_address` of an interface's input: its own MAC object of that address, or a new one, becomes primary. */
export function applyShortcut(context: WriteContext, type: InterfaceType, row: Row, input: Input): void {
  if (context.version.minor < 7 || !('mac_address' in input)) return;
  const { world } = context;
  const raw = input['mac_address'];
  const wanted = raw === null || raw === undefined ? null : macText(String(raw));
  if (wanted === null && !row.values['primary_mac_address']) return;
  const mac =
    wanted === null
      ? null
      : (macsOf(world, type, row.id).find(each => textOf(each, 'mac_address') === wanted) ?? makeMac(context, type, row, wanted));
  if (idOf(row, 'primary_mac_address') === (mac?.id ?? null)) return;
  try {
    saveChecked(context, world.type(type), row, { primary_mac_address: mac?.id ?? null });
  } catch (error) {
    throw error instanceof Invalid && '__all__' in error.errors ? shortcutError(error) : error;
  }
}

function shortcutError(error: Invalid): Invalid {
  const problems = new Problems();
  const messages = error.errors['__all__'];
  problems.set('mac_address', messages ?? []);
  return new Invalid(problems.byField);
}

function makeMac(context: WriteContext, type: InterfaceType, row: Row, address: string): Row {
  const { world } = context;
  const definitions = context.reader.definitions.of(MAC);
  const now = world.now();
  const mac: Row = {
    id: world.nextId(MAC),
    created: now,
    lastUpdated: world.now(),
    tags: [],
    customFields: Object.fromEntries(definitions.flatMap(each => (each.default === null ? [] : [[each.name, each.default]]))),
    values: { mac_address: address, assigned_object_type: type, assigned_object_id: row.id, description: '', comments: '' },
  };
  world.put(MAC, mac);
  recordChange(context, world.type(MAC), mac, 'create', null, logData(context, world.type(MAC), mac), '');
  return mac;
}
