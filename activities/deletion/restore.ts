/**
 * Brings back what a merged delete took from NetBox, after every end but the destroy. Each object is looked for before it is made, so that an attempt
 * which was killed in the middle is taken up by the next one.
 */
import { ApplicationFailure } from '@temporalio/activity';
import { NetBoxError } from '../../clients/netbox/errors';
import type { NetBoxObject } from '../../clients/netbox/object';
import type { Loss } from '../../database/repositories/deletion/losses';
import type { Deletion } from '../../database/repositories/deletion/requests';
import {
  pathOf,
  refIn,
  restoredTypes as types,
  restoredValues,
  withoutEmpty,
  type Known,
  type RestoredType,
} from '../../domain/deletion/restore';
import { isFinal, restoresNetBox } from '../../domain/deletion/states';
import type { Json, JsonObject } from '../../domain/json';
import { textIn } from '../../domain/reflection/kind';
import type { ReflectionKindName } from '../../domain/reflection/kind-names';
import type { Attempt, DeletionDeps } from './deps';
import { restoredJournal } from './journal';
import { isRestoredType, readKnown } from './netbox-names';
import { refusalOf } from './netbox-refusal';
import { auditEntry, requestOf } from './request';
import { changelogMessage, isOurs, rowsOf } from './reserve';

type Needs = Pick<DeletionDeps, 'store' | 'netbox' | 'audit' | 'explain'>;

export async function restoreNetBox(deps: Needs, requestId: string, attempt: Pick<Attempt, 'beat'>): Promise<void> {
  const request = await requestOf(deps, requestId);
  if (!isFinal(request.state) || !restoresNetBox(request.state) || request.closedAt !== null) return;
  const lost = await deps.store.listLosses(requestId);
  const [vm] = lost;
  if (vm === undefined) return;
  const seq = await deps.audit.begin(auditEntry(request, 'deletion.restore', { vm: vm.objectId, objects: lost.length }));
  try {
    await new Restorer(deps, request, lost, await readKnown(deps.netbox, lost), attempt.beat).run();
    await deps.audit.complete(seq, { result: 'succeeded' });
  } catch (error) {
    await deps.audit.complete(seq, { result: 'failed' });
    if (!(error instanceof NetBoxError)) throw error;
    // A token that was taken away may be given back: nothing that NetBox says ends this.
    const { reason, message } = deps.explain(error);
    throw ApplicationFailure.create({ type: reason, message, nonRetryable: false });
  }
}

/** Which links of ours show an object of the type. */
const kindsOf: Readonly<Record<RestoredType, readonly ReflectionKindName[]>> = {
  'virtualization.virtualmachine': ['virtual-machine', 'primary-ip'],
  'virtualization.vminterface': ['interface', 'primary-mac'],
  'virtualization.virtualdisk': ['virtual-disk'],
  'ipam.ipaddress': ['ip-address'],
  'dcim.macaddress': ['mac-address'],
};

class Restorer {
  /** New ids by type and old id. */
  private readonly ids = new Map<string, number>();

  constructor(
    private readonly deps: Needs,
    private readonly request: Deletion,
    private readonly lost: readonly Loss[],
    private readonly known: (type: RestoredType) => Known,
    private readonly beat: (what: string) => void,
  ) {}

  async run(): Promise<void> {
    const [vm] = this.of(types.vm);
    const vmId = vm && (await this.bring(vm, this.vmBesides(), () => this.findVm(vm)));
    if (vm === undefined || vmId === undefined) return this.miss('Its virtual machine could not be brought back.');
    await this.bringParts(types.interface, vmId);
    for (const nic of this.of(types.interface)) await this.join(nic, ['parent', 'bridge'], types.interface);
    for (const mac of this.of(types.mac)) await this.bringAssigned(mac, () => this.findMac(mac));
    for (const nic of this.of(types.interface)) await this.join(nic, ['primary_mac_address'], types.mac);
    await this.bringParts(types.disk, vmId);
    for (const address of this.of(types.address)) await this.bringAssigned(address, () => this.findAddress(address));
    await this.join(vm, ['primary_ip4', 'primary_ip6'], types.address);
    await restoredJournal(this.deps, this.request, vmId, vm.objectId);
  }

  private of(type: RestoredType): Loss[] {
    return this.lost.filter(({ objectType }) => objectType === type);
  }

  private newId(type: RestoredType, old: Json | undefined): number | undefined {
    const id = refIn(old);
    return id === null ? undefined : this.ids.get(`${type}/${id}`);
  }

  /** @returns its id, or undefined where NetBox does not take it. */
  private async bring(
    loss: Loss,
    besides: Record<string, Json>,
    find: () => Promise<NetBoxObject | undefined>,
  ): Promise<number | undefined> {
    const { netbox, store } = this.deps;
    const { objectType: type, objectId, original } = loss;
    if (!isRestoredType(type)) return undefined;
    this.beat(`bringing back ${type} ${objectId}`);
    const { values, left } = restoredValues(type, original, this.known(type));
    const wanted = { ...values, ...besides };
    const options = { changelogMessage: changelogMessage(this.request) };
    try {
      const there = await find();
      const { id } = there
        ? await netbox.update(pathOf[type], there.id, wanted, options)
        : await netbox.create(pathOf[type], withoutEmpty(wanted), options);
      this.ids.set(`${type}/${objectId}`, id);
      await store.moveLinks(this.request.endpointId, kindsOf[type], objectId, id);
      const message = left.join('; ');
      await store.noteLoss(this.request.id, loss, { state: 'restored', standIn: id, ...(message !== '' && { message }) });
      return id;
    } catch (error) {
      await this.noteMissing(loss, refusalOf(error));
      return undefined;
    }
  }

  private noteMissing(loss: Loss, message: string): Promise<void> {
    // A reserved address stays so: the guest may have it.
    return this.deps.store.noteLoss(this.request.id, loss, {
      state: loss.state === 'reserved' ? 'reserved' : 'missing',
      message,
    });
  }

  private async miss(message: string): Promise<void> {
    for (const loss of this.lost.filter(({ objectType }) => objectType !== types.vm)) await this.noteMissing(loss, message);
  }

  /** With disks of its own, a virtual machine's size is their sum, and NetBox takes no other. */
  private vmBesides(): Record<string, Json> {
    return this.of(types.disk).length > 0 ? { disk: null } : {};
  }

  private async findVm({ objectId, standIn, original }: Loss): Promise<NetBoxObject | undefined> {
    const { netbox, store } = this.deps;
    const { endpointId, kind, vmid } = this.request;
    const linked = (await store.loadLinks(endpointId)).get('virtual-machine')?.get(`${kind}/${vmid}`)?.netboxId;
    const ids = [...new Set([standIn, linked, objectId].flatMap(id => id ?? []))];
    const known = await netbox.listByIds(pathOf[types.vm], ids);
    const named = await netbox.listAll(pathOf[types.vm], { filters: { name: textIn(original['name']) } });
    const isIt = (row: NetBoxObject): boolean =>
      row.id === standIn ||
      (textIn(row['name']) === textIn(original['name']) &&
        refIn(row['cluster']) === refIn(original['cluster']) &&
        vmidIn(row['custom_fields']) === vmidIn(original['custom_fields']));
    return [...known, ...named].find(isIt);
  }

  /** Interfaces or disks: of one virtual machine, none has the name of another one. */
  private async bringParts(type: RestoredType, vmId: number): Promise<void> {
    const losses = this.of(type);
    if (losses.length === 0) return;
    const rows = await this.deps.netbox.listAll(pathOf[type], { filters: { virtual_machine_id: vmId } });
    for (const loss of losses) {
      const there = rows.find(row => row.id === loss.standIn || row['name'] === loss.original['name']);
      await this.bring(loss, { virtual_machine: vmId }, async () => there);
    }
  }

  /** What is assigned to an interface. */
  private async bringAssigned(loss: Loss, find: () => Promise<NetBoxObject | undefined>): Promise<void> {
    const nic = this.newId(types.interface, loss.original['assigned_object_id']);
    if (nic === undefined) return this.noteMissing(loss, 'Its interface could not be brought back.');
    await this.bring(loss, { assigned_object_type: types.interface, assigned_object_id: nic }, find);
  }

  private async findMac({ objectId, standIn, original }: Loss): Promise<NetBoxObject | undefined> {
    const nic = this.newId(types.interface, original['assigned_object_id']);
    const rows = await this.deps.netbox.listAll(pathOf[types.mac], { filters: { mac_address: textIn(original['mac_address']) } });
    const free = (row: NetBoxObject): boolean => row.id === objectId && refIn(row['assigned_object_id']) === null;
    return rows.find(row => row.id === standIn || refIn(row['assigned_object_id']) === nic || free(row));
  }

  private async findAddress(loss: Loss): Promise<NetBoxObject | undefined> {
    const nic = this.newId(types.interface, loss.original['assigned_object_id']);
    const rows = await rowsOf(this.deps, loss);
    const onNic = (row: NetBoxObject): boolean =>
      row['assigned_object_type'] === types.interface && refIn(row['assigned_object_id']) === nic;
    const isFree = (row: NetBoxObject): boolean => refIn(row['assigned_object_id']) === null;
    return (
      rows.find(onNic) ??
      rows.find(row => isOurs(row, this.request) && isFree(row)) ??
      rows.find(row => row.id === loss.objectId && isFree(row))
    );
  }

  /** Points an object that is back to others that are back. */
  private async join(loss: Loss, fields: readonly string[], to: RestoredType): Promise<void> {
    const { objectType: type, objectId, original } = loss;
    const id = this.newId(type as RestoredType, objectId);
    const values = Object.fromEntries(
      fields.flatMap(field => {
        const other = this.newId(to, original[field]);
        return other === undefined ? [] : [[field, other]];
      }),
    );
    if (id === undefined || Object.keys(values).length === 0) return;
    try {
      await this.deps.netbox.update(pathOf[type as RestoredType], id, values, {
        changelogMessage: changelogMessage(this.request),
      });
    } catch (error) {
      const message = `Without ${Object.keys(values).join(', ').replaceAll('_', ' ')}: ${refusalOf(error)}`;
      await this.deps.store.noteLoss(this.request.id, loss, { state: 'restored', standIn: id, message });
    }
  }
}

/** The guest's mark on a virtual machine, where reflection wrote one. */
function vmidIn(customFields: unknown): string {
  if (typeof customFields !== 'object' || customFields === null) return '';
  return String((customFields as JsonObject)['proxmox_vm_id'] ?? '');
}
