import { randomBytes } from 'node:crypto';
import { INTENT_PHRASE } from '../../domain/settings/intent-switch';
import type { ApiClient } from './api-client';
import type { SignIn } from './guide';
import type { ProxmoxSource } from './proxmox';

/** What is prepared for whoever wants to see a change and an approval: the endpoint allows them, the installation does not until the phrase is typed. */
export interface Tour {
  endpointId: string;
  changed: number;
  destroyed: number;
  /** May approve what the administrator asks for. */
  approver: SignIn;
}

/** @returns undefined where no simulated Proxmox has guests for it. */
export async function prepareTour(
  api: ApiClient,
  sources: readonly ProxmoxSource[],
  endpointIds: readonly string[],
): Promise<Tour | undefined> {
  const index = sources.findIndex(({ tour }) => tour !== undefined);
  const guests = sources[index]?.tour;
  const endpointId = endpointIds[index];
  if (guests === undefined || endpointId === undefined) return undefined;
  const approver = { username: 'erin', password: randomBytes(12).toString('base64url') };
  await api.putApprover(approver.username, approver.password);
  // The simulated auditor sees no backups, as a PVEAuditor does not.
  await api.setSettings({ deletion_backup_policy: 'none' });
  return { endpointId, changed: guests.changed, destroyed: guests.destroyed, approver };
}

export function tourLines(url: string, { endpointId, changed, destroyed, approver }: Tour, admin: SignIn | undefined): string[] {
  const guest = (vmid: number): string => `${url}/ui/endpoints/${endpointId}/guests/${vmid}`;
  return [
    `1  switch it on    ${url}/ui/settings  as ${admin?.username ?? 'the administrator'}: type ${INTENT_PHRASE}`,
    `2  a change        ${guest(changed)}  plan 4 CPUs, read the plan, apply it`,
    `3  a deletion      ${guest(destroyed)}  ask for it: you cannot approve it yourself`,
    `4  the approval    ${url}/ui/deletions  in a private window, as ${approver.username} with password ${approver.password}`,
  ];
}
