import type { GuestKind } from '../../proxmox/guest-config';
import { formatTags } from '../../proxmox/tags';
import { firstLine } from '../../reflection/text';
import type { DiskFields, InterfaceFields } from '../changes/fields';
import type { AddedPart, GuestCreate } from '../changes/guest-change';
import { cloudInitEdit } from './fields/cloud-init';
import { mergeEdits, refuse, type Edit, type PartLink } from './edit';
import { memoryEdit } from './fields/memory';
import { invalidName, isGuestName } from './fields/name';
import { descriptionEdit, metadataOf, wantedNotes } from './fields/notes';
import { proxmoxTags } from './fields/tags';
import type { LiveGuest } from './live';
import type { PlanOptions } from './options';

/** What a new guest is given before anything of it exists. */
export interface Birth {
  /** Reserved for it. */
  readonly vmid: number;
  /** A uuid of its own, by which its guest is recognised when an answer was lost. */
  readonly mark: string;
  readonly node: string;
  /** The guest that it is cloned from, as it was read; absent where it comes from nothing, an ISO or an archive. */
  readonly template?: LiveGuest;
}

/** Name, memory and what is the same for every birth. */
export function commonEdits({ vm }: GuestCreate, options: PlanOptions): Edit[] {
  return [
    isGuestName(vm.name) ? {} : invalidName(vm.name),
    vm.memory === null ? {} : memoryEdit(vm.memory),
    { remarks: options.tags === 'none' ? [] : proxmoxTags(vm.tags, options).remarks },
    vm.proxmox_search_domain === null ? {} : { set: { searchdomain: vm.proxmox_search_domain } },
  ];
}

/** The CPUs of a new guest on so many sockets. */
export function cpuEdit(vcpus: number | null, sockets: number): Edit {
  if (vcpus === null) return {};
  if (!Number.isInteger(vcpus) || vcpus < 1)
    return refuse('vcpus_not_whole', 'vcpus', `${vcpus} CPUs are not possible. Give a whole number.`);
  if (vcpus % sockets === 0) return { set: { cores: vcpus / sockets } };
  const message = `${vcpus} CPUs do not divide by the ${sockets} sockets of the template. Give a multiple of ${sockets}.`;
  return refuse('vcpus_not_divisible', 'vcpus', message);
}

/** The description, with the mark in it from the first call on. */
export function birthDescription({ vm }: GuestCreate, mark: string, { embedMetadata }: PlanOptions): Edit {
  const notes = wantedNotes(vm.description, vm.comments, firstLine(vm.description));
  return descriptionEdit(notes, embedMetadata ? metadataOf(vm) : null, mark);
}

/** The tags of a new guest: put on after it exists, since a writer that is fenced into a pool has no right to at its birth. */
export function birthTags({ vm }: GuestCreate, live: readonly string[], options: PlanOptions): Edit {
  const wanted = options.tags === 'none' ? [] : proxmoxTags(vm.tags, options).tags;
  if (wanted.length === 0) return live.length > 0 ? { remove: ['tags'] } : {};
  return { set: { tags: formatTags(wanted) } };
}

/** Each part under its key: those that are called like one have it, whatever stands before them, the others what is left. */
export function keyed<Fields extends { readonly name: string }>(
  parts: readonly AddedPart<Fields>[],
  keyOf: (part: AddedPart<Fields>, taken: ReadonlySet<string>) => string | null,
): { part: AddedPart<Fields>; key: string | null }[] {
  const isNamed = (part: AddedPart<Fields>): boolean => keyOf(part, new Set()) === part.fields.name;
  const taken = new Set<string>();
  const keys = new Map<AddedPart<Fields>, string | null>();
  for (const part of [...parts.filter(isNamed), ...parts.filter(each => !isNamed(each))]) {
    const key = taken.has(part.fields.name) ? null : keyOf(part, taken);
    keys.set(part, key);
    if (key !== null) taken.add(key);
  }
  return parts.map(part => ({ part, key: keys.get(part) ?? null }));
}

export const linkOf = (kind: PartLink['kind'], netboxId: number | null, key: string): Edit =>
  netboxId === null ? {} : { links: [{ kind, netboxId, key }] };

/** The disks of a new guest; where NetBox has only a total, one disk of that size. */
export function wantedDisks({ vm, disks }: GuestCreate, firstName: string): readonly AddedPart<DiskFields>[] {
  if (disks.length > 0 || vm.disk === null || vm.disk === 0) return disks;
  return [{ op: 'create', netboxId: null, fields: { name: firstName, size: vm.disk, description: '' } }];
}

/** Where its disks go that do not say. */
export const withStorage = ({ vm }: GuestCreate, options: PlanOptions): PlanOptions => ({
  ...options,
  storage: vm.proxmox_storage ?? options.storage,
});

export const usesCloudInit = ({ vm, secrets }: GuestCreate): boolean =>
  [vm.cloud_init_user, vm.cloud_init_ssh_keys, vm.cloud_init_user_data, vm.cloud_init_network].some(value => value !== null) ||
  secrets.password !== undefined;

/** Cloud-init's keys. Without a network of its own each card gets the addresses that NetBox has on its interface. */
export function cloudInitEdits(
  change: GuestCreate,
  nics: readonly { fields: InterfaceFields; key: string }[],
  { vmid, template }: Birth,
  options: PlanOptions,
): Edit {
  const { vm, secrets } = change;
  const { set, ...edit } = cloudInitEdit(vm, vmid, template?.config.cloudInit.custom ?? null, options);
  const derived = vm.cloud_init_network === null ? nics.map(({ fields, key }) => ipConfigOf(key, fields.addresses)) : [];
  return mergeEdits([
    { set: set ?? {}, refusals: edit.refusals ?? [], remarks: edit.remarks ?? [] },
    ...derived,
    secrets.password === undefined ? {} : { set: { cipassword: { secret: secrets.password } } },
  ]);
}

function ipConfigOf(key: string, addresses: readonly string[]): Edit {
  const [v4, v6] = [addresses.find(each => !each.includes(':')), addresses.find(each => each.includes(':'))];
  const text = [...(v4 ? [`ip=${v4}`] : []), ...(v6 ? [`ip6=${v6}`] : [])].join(',');
  return text === '' ? {} : { set: { [`ipconfig${key.slice('net'.length)}`]: text } };
}

export const pathOfNew = (node: string, kind: GuestKind): string => `/nodes/${encodeURIComponent(node)}/${kind}`;
