import { idOf, type Row, textOf, valueOf } from '../../store/row';
import type { World } from '../../store/world';
import { broadcastAddress, hostText, type Network, networkAddress, networkText, parseNetwork } from '../network';
import type { Check, Draft } from '../object-type';
import { ownerOf } from './primary-address';

/** Roles whose addresses may exist more than once. */
const SHARED_ROLES = new Set<unknown>(['anycast', 'vip', 'vrrp', 'hsrp', 'glbp', 'carp']);

/** Whether the table that an address or prefix lies in refuses duplicates: the global one does, a VRF by its setting. */
function enforces(world: World, vrf: unknown): boolean {
  const row = typeof vrf === 'number' ? world.get('ipam.vrf', vrf) : undefined;
  return row ? valueOf(row, 'enforce_unique') === true : true;
}

function tableName(world: World, vrf: unknown): string {
  return typeof vrf === 'number' ? `VRF ${world.display('ipam.vrf', vrf)}` : 'global table';
}

/** NetBox's rules for IP addresses; the first broken one is reported. */
export function checkAddress(check: Check): void {
  const { draft, world, problems } = check;
  const { values } = draft;
  const network = parseNetwork(String(values['address']));
  if (!network) return;
  if (network.length === 0) return problems.add('address', 'Cannot create IP address with /0 mask.');
  if (typeof values['assigned_object_id'] === 'number') {
    const reason = unassignable(network);
    if (reason) return problems.add('__all__', `${hostText(network)} is a ${reason}, which may not be assigned to an interface.`);
  }
  const duplicate = enforces(world, values['vrf']) ? duplicateOf(world, draft, network) : undefined;
  if (duplicate) {
    const where = tableName(world, values['vrf']);
    return problems.add('address', `Duplicate IP address found in ${where}: ${textOf(duplicate, 'address')}`);
  }
  if (isPrimaryElsewhere(world, draft, network)) {
    return problems.add('__all__', 'Cannot reassign IP address while it is designated as the primary IP for the parent object');
  }
  if (values['status'] === 'slaac' && network.family !== 6)
    problems.add('status', 'Only IPv6 addresses can be assigned SLAAC status');
}

function unassignable(network: Network): string | undefined {
  const bits = network.family === 4 ? 32 : 128;
  if (network.length >= bits - 1) return undefined;
  if (network.address === networkAddress(network).address) return 'network ID';
  return network.family === 4 && network.address === broadcastAddress(network).address ? 'broadcast address' : undefined;
}

function duplicateOf(world: World, draft: Draft, network: Network): Row | undefined {
  const others = world
    .table('ipam.ipaddress')
    .find('host', hostText(network))
    .filter(row => row.id !== draft.id && idOf(row, 'vrf') === (draft.values['vrf'] ?? null));
  const shared = SHARED_ROLES.has(draft.values['role']) && others.every(row => SHARED_ROLES.has(valueOf(row, 'role')));
  return shared ? undefined : others[0];
}

/** A primary address may move between interfaces of its owner, and to nothing else. */
function isPrimaryElsewhere(world: World, draft: Draft, network: Network): boolean {
  const { before, values } = draft;
  if (!before) return false;
  const earlier = ownerOf(world, before.values['assigned_object_type'], before.values['assigned_object_id']);
  const holder = earlier ? world.get(earlier.type, earlier.id) : undefined;
  if (!earlier || !holder || idOf(holder, `primary_ip${network.family}`) !== draft.id) return false;
  const now = ownerOf(world, values['assigned_object_type'], values['assigned_object_id']);
  return now?.type !== earlier.type || now.id !== earlier.id;
}

/** NetBox keeps DNS names in lower case. */
export function lowerDnsName(draft: Draft): void {
  draft.values['dns_name'] = String(draft.values['dns_name'] ?? '').toLowerCase();
}

/** NetBox's rules for prefixes. */
export function checkPrefix({ draft, world, problems }: Check): void {
  const { values } = draft;
  const network = parseNetwork(String(values['prefix']));
  if (!network) return;
  if (network.length === 0) return problems.add('prefix', 'Cannot create prefix with /0 mask.');
  const proper = networkAddress(network);
  if (proper.address !== network.address) {
    return problems.add('prefix', `${networkText(network)} is not a valid prefix. Did you mean ${networkText(proper)}?`);
  }
  if (!enforces(world, values['vrf'])) return;
  const duplicate = world
    .table('ipam.prefix')
    .find('prefix', networkText(network))
    .find(row => row.id !== draft.id && idOf(row, 'vrf') === (values['vrf'] ?? null));
  if (duplicate) {
    problems.add('prefix', `Duplicate prefix found in ${tableName(world, values['vrf'])}: ${textOf(duplicate, 'prefix')}`);
  }
}
