import { supportObjects } from '../../../../../domain/reflection/bootstrap';
import type { Change, Links } from '../../../../../domain/reflection/change';
import { idIn, type NetBoxCapabilities, type Row } from '../../../../../domain/reflection/kind';
import { reflectionKindNames, type ReflectionKindName } from '../../../../../domain/reflection/kind-names';
import { kindNamed } from '../../../../../domain/reflection/kinds';
import { resolve, unresolved, type Ref, type Values } from '../../../../../domain/reflection/values';
import { hostOf } from '../../../../../domain/reflection/addresses';

const relations = new Set([
  ...['site', 'cluster', 'device', 'role', 'device_type', 'type', 'virtual_machine', 'virtual_machine_type', 'vrf'],
  ...['untagged_vlan', 'primary_ip4', 'primary_ip6', 'primary_mac_address'],
]);
const choices = new Set(['status', 'mode']);

/** As much of NetBox as the planner meets: tables, and the rules by which a real one refuses a write. Apply throws where it would refuse. */
export class MemoryNetBox {
  private readonly tables = new Map<string, Map<number, Row>>();
  private lastId = 0;
  readonly supportIds = new Map<string, number>();

  constructor(readonly capabilities: NetBoxCapabilities = { vmTypes: true, interfaceMacWritable: true }) {
    for (const { path, slug } of supportObjects(capabilities)) this.supportIds.set(`${path}/${slug}`, ++this.lastId);
  }

  rows(path: string): Row[] {
    const rows = [...this.table(path).values()];
    return path === 'ipam/ip-addresses' ? rows.map(row => ({ ...row, assigned_object: this.holderOf(row) })) : rows;
  }

  private holderOf(address: Row): Record<string, unknown> | null {
    const port = this.table('virtualization/interfaces').get(Number(address['assigned_object_id']));
    const vm = this.table('virtualization/virtual-machines').get(idIn(port?.['virtual_machine']) ?? 0);
    return port && vm ? { name: port['name'], virtual_machine: { name: vm['name'] } } : null;
  }

  /** What a person does by hand. */
  insert(path: string, values: Values): Row {
    const row = this.shaped({ id: ++this.lastId, custom_fields: {} }, values);
    this.check(path, row);
    this.table(path).set(row.id, row);
    return row;
  }

  edit(path: string, id: number, values: Values): void {
    const before = this.table(path).get(id);
    if (!before) throw new Error(`${path} ${id} does not exist`);
    const row = this.shaped(before, values);
    this.check(path, row, before);
    this.table(path).set(id, row);
  }

  remove(path: string, id: number): void {
    this.table(path).delete(id);
    const cascades: [string, (row: Row) => boolean][] = [
      ['virtualization/interfaces', row => path.endsWith('virtual-machines') && idIn(row['virtual_machine']) === id],
      ['virtualization/virtual-disks', row => path.endsWith('virtual-machines') && idIn(row['virtual_machine']) === id],
      ['ipam/ip-addresses', row => path.endsWith('interfaces') && row['assigned_object_id'] === id],
      ['dcim/mac-addresses', row => path.endsWith('interfaces') && row['assigned_object_id'] === id],
    ];
    for (const [child, isBelow] of cascades) for (const row of this.rows(child).filter(isBelow)) this.remove(child, row.id);
    if (path !== 'ipam/ip-addresses') return;
    for (const row of this.rows('virtualization/virtual-machines')) {
      for (const field of ['primary_ip4', 'primary_ip6']) {
        if (idIn(row[field]) === id) this.table('virtualization/virtual-machines').set(row.id, { ...row, [field]: null });
      }
    }
  }

  /** Carries out a plan kind by kind, as the activities do; the link table follows. */
  apply(changes: Change[], links: Links): void {
    const idOf = (reference: Ref): number | undefined =>
      reference.ref === 'support'
        ? this.supportIds.get(reference.key)
        : links.get(reference.ref as ReflectionKindName)?.get(reference.key)?.netboxId;
    for (const name of reflectionKindNames) {
      const kind = kindNamed(name);
      for (const action of ['link', 'delete', 'update', 'create'] as const) {
        for (const change of changes.filter(item => item.kind === name && item.action === action)) {
          const resolved = (values: Values): Values =>
            Object.fromEntries(Object.entries(values).map(([field, value]) => [field, resolve(value, idOf)]));
          const after = resolved(change.after);
          const missing = Object.values(after)
            .map(unresolved)
            .find(item => item !== undefined);
          if (missing) throw new Error(`${name} ${change.key} refers to ${missing.ref} ${missing.key}, which does not exist`);
          const ofKind = links.get(name) ?? new Map();
          links.set(name, ofKind);
          if (action === 'delete') {
            this.remove(kind.path, change.netboxId!);
            ofKind.delete(change.key);
            continue;
          }
          const id =
            action === 'create'
              ? this.insert(kind.path, after).id
              : (change.netboxId ?? idOf({ ref: kind.on!, key: change.key })!);
          if (action === 'update') this.update(kind.path, id, change, after, resolved(change.before));
          if (name === 'primary-release') continue;
          for (const [key, link] of ofKind) if (link.netboxId === id && key !== change.key && !kind.shared) ofKind.delete(key);
          const before = ofKind.get(change.key);
          const createdByUs = action === 'create' || (before?.netboxId === id && before.createdByUs);
          ofKind.set(change.key, { netboxId: id, values: resolved(change.reflect), createdByUs });
        }
      }
    }
  }

  /** The recheck: what the plan saw must still stand, right before the write. */
  private update(path: string, id: number, change: Change, after: Values, before: Values): void {
    const row = this.table(path).get(id);
    if (!row) throw new Error(`${path} ${id} was deleted after it was planned`);
    const current = kindNamed(change.kind).values(row);
    for (const [field, value] of Object.entries(before)) {
      const same = JSON.stringify(current[field] ?? null) === JSON.stringify(value ?? null);
      if (!same && JSON.stringify(current[field] ?? null) !== JSON.stringify(after[field] ?? null)) {
        throw new Error(`${change.kind} ${change.key}: ${field} changed after it was planned`);
      }
    }
    this.edit(path, id, after);
  }

  private table(path: string): Map<number, Row> {
    const table = this.tables.get(path) ?? new Map<number, Row>();
    this.tables.set(path, table);
    return table;
  }

  /** Values in the shape in which NetBox shows them. */
  private shaped(row: Row, values: Values): Row {
    const shaped: Row = { ...row };
    const fields = { ...(row['custom_fields'] as Record<string, unknown>) };
    for (const [field, value] of Object.entries(values)) {
      if (field.startsWith('cf.')) fields[field.slice(3)] = value;
      else if (relations.has(field)) shaped[field] = value === null ? null : { id: value };
      else if (choices.has(field)) shaped[field] = value === null ? null : { value, label: String(value) };
      else shaped[field] = value;
    }
    return { ...shaped, custom_fields: fields };
  }

  private check(path: string, row: Row, before?: Row): void {
    const others = this.rows(path).filter(other => other.id !== row.id);
    const lower = (value: unknown): string => String(value ?? '').toLowerCase();
    const id = (value: unknown): string => String(idIn(value));
    const uniqueBy: Record<string, (item: Row) => string> = {
      'virtualization/virtual-machines': item => `${id(item['cluster'])} ${lower(item['name'])}`,
      'virtualization/interfaces': item => `${id(item['virtual_machine'])} ${String(item['name'])}`,
      'virtualization/virtual-disks': item => `${id(item['virtual_machine'])} ${String(item['name'])}`,
      'virtualization/clusters': item => lower(item['name']),
      'dcim/devices': item => `${id(item['site'])} ${lower(item['name'])}`,
      'dcim/sites': item => lower(item['slug']),
      'extras/tags': item => lower(item['slug']),
      'ipam/vlans': item => `${id(item['site'])} ${String(item['vid'])}`,
      'ipam/ip-addresses': item => `${hostOf(String(item['address']))} ${id(item['vrf'])}`,
    };
    const key = uniqueBy[path];
    if (key && others.some(other => key(other) === key(row))) throw new Error(`${path} ${key(row)} exists already`);
    if (typeof row['name'] === 'string' && (row['name'].length > 64 || row['name'] === ''))
      throw new Error(`${path} has the name ${row['name']}`);
    if (path === 'ipam/ip-addresses' && before) this.checkMove(row, before);
    if (path === 'virtualization/virtual-machines') this.checkPrimary(row);
  }

  private vmOfAddress(row: Row | undefined): number | null {
    const port = this.table('virtualization/interfaces').get(Number(row?.['assigned_object_id']));
    return port ? idIn(port['virtual_machine']) : null;
  }

  private checkMove(row: Row, before: Row): void {
    const from = this.vmOfAddress(before);
    if (from === null || from === this.vmOfAddress(row)) return;
    const vm = this.table('virtualization/virtual-machines').get(from);
    if (vm && ['primary_ip4', 'primary_ip6'].some(field => idIn(vm[field]) === row.id))
      throw new Error(`${String(row['address'])} is primary elsewhere`);
  }

  private checkPrimary(vm: Row): void {
    for (const field of ['primary_ip4', 'primary_ip6']) {
      const address = idIn(vm[field]);
      if (address !== null && this.vmOfAddress(this.table('ipam/ip-addresses').get(address)) !== vm.id) {
        throw new Error(`${field} of ${String(vm['name'])} is not its own`);
      }
    }
  }
}
