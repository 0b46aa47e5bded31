import { linksOfFormerVms } from '../../../../../activities/reflection/former-vms';
import { customFields } from '../../../../../domain/reflection/bootstrap';
import type { Change, Links } from '../../../../../domain/reflection/change';
import type { GuestMatch, GuestRecord } from '../../../../../domain/reflection/guest-match';
import { matchGuests } from '../../../../../domain/reflection/guests';
import type { GuestKey, Inventory } from '../../../../../domain/reflection/inventory';
import type { DesireContext, Row } from '../../../../../domain/reflection/kind';
import type { ReflectionKindName } from '../../../../../domain/reflection/kind-names';
import { kindsInOrder } from '../../../../../domain/reflection/kinds';
import { planEndpoint, type Plan } from '../../../../../domain/reflection/plan';
import { defaultPolicy, type ReflectionPolicy } from '../../../../../domain/reflection/policy';
import { idIn } from '../../../../../domain/reflection/kind';
import { MemoryNetBox } from './netbox';

const fieldsOf = (type: string): Set<string> =>
  new Set(customFields.filter(field => field.objectTypes.some(name => name === type)).map(field => field.name));

/** One endpoint, its NetBox and what we remember, without any server. */
export class Endpoint {
  links: Links = new Map();
  records = new Map<GuestKey, GuestRecord>();
  policy: ReflectionPolicy = { ...defaultPolicy, flags: { ...defaultPolicy.flags } };
  vrfId: number | null = null;

  constructor(
    readonly netbox = new MemoryNetBox(),
    readonly id = 'endpoint-1',
  ) {}

  /** @param order gives the rows and guests in which order the planner sees them. */
  plan(inventory: Inventory, order: <T>(items: T[]) => T[] = items => items): { plan: Plan; match: GuestMatch } {
    const vmRows = order(this.netbox.rows('virtualization/virtual-machines'));
    const interfaceRows = order(this.netbox.rows('virtualization/interfaces'));
    const clusterRow = this.netbox.rows('virtualization/clusters').find(row => row['name'] === inventory.cluster.name);
    const vmLinks = this.links.get('virtual-machine') ?? new Map();
    const match = matchGuests({
      endpointId: this.id,
      clusterId: clusterRow?.id,
      clusterName: inventory.cluster.name,
      inventory: { ...inventory, guests: order(inventory.guests) },
      records: this.records,
      links: vmLinks,
      linkedElsewhere: new Set(),
      marksElsewhere: new Set(),
      vmRows,
      interfaceRows,
      otherTool: [],
      policy: this.policy,
      ownFields: fieldsOf('virtualization.virtualmachine'),
    });
    const plan = planEndpoint({
      context: this.context(inventory, match),
      match,
      rows: this.rowsByKind(order),
      links: this.links,
      supportIds: this.netbox.supportIds,
    });
    return { plan, match };
  }

  /** Plans and applies; gives the changes. */
  sync(inventory: Inventory): Change[] {
    const { plan, match } = this.plan(inventory);
    this.remember(plan, match);
    this.netbox.apply(plan.changes, this.links);
    return plan.changes;
  }

  private context(inventory: Inventory, match: GuestMatch): DesireContext {
    const [site] = this.netbox.rows('dcim/sites');
    return {
      endpoint: { id: this.id, name: 'lab', url: 'https://pve.test:8006', netboxClusterName: null, vrfId: this.vrfId },
      cluster: inventory.cluster,
      clusterName: inventory.cluster.name,
      deviceNames: {},
      site: site ? { id: site.id } : { create: { name: 'Site', slug: 'site' } },
      guests: match.guests,
      described: { role: new Set(), tenant: new Set(), platform: new Set() },
      policy: this.policy,
      capabilities: this.netbox.capabilities,
      customFields: {
        vm: fieldsOf('virtualization.virtualmachine'),
        device: fieldsOf('dcim.device'),
        cluster: fieldsOf('virtualization.cluster'),
        interface: fieldsOf('virtualization.vminterface'),
      },
    };
  }

  private rowsByKind(order: <T>(items: T[]) => T[]): Partial<Record<ReflectionKindName, Row[]>> {
    return Object.fromEntries(kindsInOrder.filter(kind => !kind.on).map(kind => [kind.name, order(this.netbox.rows(kind.path))]));
  }

  private remember(plan: Plan, match: GuestMatch): void {
    const former = linksOfFormerVms(this.links, match.recreated);
    const ownKinds = ['tag', 'site', 'cluster', 'device', 'vlan'];
    for (const [kind, ofKind] of this.links) {
      if (ownKinds.includes(kind)) continue;
      for (const key of ofKind.keys())
        if (match.recreated.has(key.split('/').slice(0, 2).join('/') as GuestKey)) ofKind.delete(key);
    }
    for (const { kind, key, netboxId, values, created } of former)
      this.links.get(kind)?.set(key, { netboxId, values, createdByUs: created });
    for (const { kind, key } of plan.forget) this.links.get(kind)?.delete(key);
    for (const [key, record] of match.records) this.records.set(key, record);
  }
}

/** What would be written to NetBox. */
export const writes = (changes: Change[]): Change[] => changes.filter(change => change.action !== 'link');

/** VMs by name, each with what the tests ask about. */
export const vmNames = (netbox: MemoryNetBox): string[] =>
  netbox
    .rows('virtualization/virtual-machines')
    .map(row => String(row['name']))
    .sort();

export const addressesOf = (netbox: MemoryNetBox): Record<string, string> => {
  const ports = new Map(netbox.rows('virtualization/interfaces').map(row => [row.id, row]));
  const vms = new Map(netbox.rows('virtualization/virtual-machines').map(row => [row.id, String(row['name'])]));
  return Object.fromEntries(
    netbox.rows('ipam/ip-addresses').map(row => {
      const port = ports.get(Number(row['assigned_object_id']));
      return [String(row['address']), port ? `${vms.get(idIn(port['virtual_machine']) ?? 0)} ${String(port['name'])}` : ''];
    }),
  );
};
