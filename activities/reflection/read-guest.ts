import { ProxmoxPermissionError, ProxmoxRefusedError, ProxmoxUnavailableError } from '../../clients/proxmox/errors';
import type { GuestInterface } from '../../clients/proxmox/answers/guest';
import type { GuestRow } from '../../clients/proxmox/answers/cluster';
import type { GuestConfig } from '../../domain/proxmox/guest-config';
import { hasPrivilege, type Permissions } from '../../domain/proxmox/permissions';
import type { GuestStatus, ObservedGuest } from '../../domain/reflection/inventory';
import { observeGuest, type GuestReport, type ReportedInterface } from '../../domain/reflection/observe-guest';
import type { ReflectionPolicy } from '../../domain/reflection/policy';
import type { ProxmoxReader } from './deps';

export type ListedGuest = Pick<GuestRow, 'kind' | 'vmid' | 'node' | 'name' | 'status'>;

/** One guest: its configuration, its power state, and what it tells itself. Throws what the configuration's read throws. */
export async function readGuest(
  proxmox: ProxmoxReader,
  guest: ListedGuest,
  permissions: Permissions,
  policy: ReflectionPolicy,
  signal: AbortSignal,
): Promise<ObservedGuest> {
  const config = await proxmox.guestConfig(guest, { current: guest.kind === 'qemu' }, { signal });
  const status = await powerState(proxmox, guest, signal);
  const report = await askGuest(proxmox, guest, config, status, permissions, signal);
  return observeGuest(config, { vmid: guest.vmid, node: guest.node, status }, report, policy);
}

const plainStates = new Set(['running', 'stopped', 'paused']);

/** The list says `unknown` of a guest that is new, too: then the guest's own status is asked. */
async function powerState(proxmox: ProxmoxReader, guest: ListedGuest, signal: AbortSignal): Promise<GuestStatus> {
  const listed = plainState(guest.status);
  if (listed !== 'unknown') return listed;
  const { status, qmpstatus } = await proxmox.guestStatus(guest, { signal });
  return plainState(status === 'running' ? (qmpstatus ?? status) : status);
}

/** QEMU knows more states of a VM that exists and does not run on: they are all a kind of paused. */
function plainState(status: string): GuestStatus {
  if (plainStates.has(status)) return status as GuestStatus;
  return ['suspended', 'prelaunch', 'io-error', 'internal-error', 'postmigrate'].includes(status) ? 'paused' : 'unknown';
}

async function askGuest(
  proxmox: ProxmoxReader,
  guest: ListedGuest,
  config: GuestConfig,
  status: GuestStatus,
  permissions: Permissions,
  signal: AbortSignal,
): Promise<GuestReport> {
  if (status !== 'running') return { told: false };
  try {
    return guest.kind === 'lxc'
      ? await askContainer(proxmox, guest, signal)
      : await askAgent(proxmox, guest, config, permissions, signal);
  } catch (error) {
    if (error instanceof ProxmoxPermissionError) return { told: false, remark: missingAgentRight(guest, error) };
    if (error instanceof ProxmoxRefusedError || error instanceof ProxmoxUnavailableError) {
      return { told: false, remark: `its addresses could not be read: ${error.message}` };
    }
    throw error;
  }
}

async function askContainer(proxmox: ProxmoxReader, guest: ListedGuest, signal: AbortSignal): Promise<GuestReport> {
  const interfaces = await proxmox.containerInterfaces(guest, { signal });
  return interfaces === null ? { told: false } : { told: true, interfaces: interfaces.map(reported), hostName: null };
}

async function askAgent(
  proxmox: ProxmoxReader,
  guest: ListedGuest,
  config: GuestConfig,
  permissions: Permissions,
  signal: AbortSignal,
): Promise<GuestReport> {
  if (!config.agent.enabled) return { told: false };
  if (!mayAskAgent(permissions, guest.vmid)) {
    const remark = `its addresses could not be read: the credential lacks VM.GuestAgent.Audit on /vms/${guest.vmid}.`;
    return { told: false, remark };
  }
  const interfaces = await proxmox.agentInterfaces(guest, { signal });
  if (!interfaces.available) {
    return { told: false, remark: `its guest agent is enabled and gave no addresses (${interfaces.reason}).` };
  }
  const hostName = await proxmox.agentHostName(guest, { signal });
  return { told: true, interfaces: interfaces.value.map(reported), hostName: hostName.available ? hostName.value : null };
}

/** Proxmox VE 9 has rights of its own for the agent; before, it was VM.Monitor. */
export const mayAskAgent = (permissions: Permissions, vmid: number): boolean =>
  ['VM.GuestAgent.Audit', 'VM.GuestAgent.Unrestricted', 'VM.Monitor'].some(right =>
    hasPrivilege(permissions, `/vms/${vmid}`, right),
  );

const missingAgentRight = (guest: ListedGuest, error: ProxmoxPermissionError): string =>
  `its addresses could not be read: the credential lacks ${error.privileges.join(' or ') || 'VM.GuestAgent.Audit'} on ${error.permissionPath ?? `/vms/${guest.vmid}`}.`;

const reported = (item: GuestInterface): ReportedInterface => ({
  name: item.name,
  mac: item.mac?.toUpperCase() ?? null,
  addresses: item.addresses.map(({ address, prefix }) => ({ address, prefix: prefix ?? undefined })),
});
