import type { GuestRef } from '../../clients/proxmox/answers/guest';
import type { DeletionWriter } from './deps';

/**
 * Destroys a container with its volumes: one of the two places that may, and only after the permit to send was given. Other volumes that carry its VMID
 * stay, and a running one is never forced. @returns the id of the task
 */
export const destroyLxc = (writer: DeletionWriter, { node, vmid }: GuestRef): Promise<unknown> =>
  writer.request('DELETE', `/nodes/${encodeURIComponent(node)}/lxc/${vmid}`, {
    purge: true,
    'destroy-unreferenced-disks': false,
  });
