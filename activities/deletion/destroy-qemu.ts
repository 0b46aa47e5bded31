import type { GuestRef } from '../../clients/proxmox/answers/guest';
import type { DeletionWriter } from './deps';

/**
 * Destroys a VM with its disks: one of the two places that may, and only after the permit to send was given. Other volumes that carry its VMID stay,
 * and no lock is skipped. @returns the id of the task
 */
export const destroyQemu = (writer: DeletionWriter, { node, vmid }: GuestRef): Promise<unknown> =>
  writer.request('DELETE', `/nodes/${encodeURIComponent(node)}/qemu/${vmid}`, {
    purge: true,
    'destroy-unreferenced-disks': false,
  });
