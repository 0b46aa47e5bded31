import type { NetBoxClient } from '../../clients/netbox/client';
import { NetBoxNotFoundError, NetBoxPermissionError } from '../../clients/netbox/errors';
import type { OtherToolLink } from '../../domain/reflection/guest-match';
import { choiceIn, idIn, textIn } from '../../domain/reflection/kind';

const path = 'plugins/proxbox/sync-state/virtual-machines';

/** Which VM shows which guest by the Proxbox plugin's own table; empty where the plugin is not installed. */
export async function otherToolLinks(netbox: Pick<NetBoxClient, 'listAll'>): Promise<OtherToolLink[]> {
  try {
    const rows = await netbox.listAll(path);
    return rows.flatMap(row => {
      const netboxVmId = idIn(row['virtual_machine']) ?? Number(row['virtual_machine_id']);
      const vmid = Number(row['proxmox_vm_id']);
      if (!Number.isInteger(netboxVmId) || !Number.isInteger(vmid)) return [];
      const kind = choiceIn(row['proxmox_vm_type']);
      return {
        netboxVmId,
        vmid,
        kind: kind === 'qemu' || kind === 'lxc' ? kind : null,
        clusterName: textIn(row['proxmox_cluster']) || null,
      };
    });
  } catch (error) {
    if (error instanceof NetBoxNotFoundError || error instanceof NetBoxPermissionError) return [];
    throw error;
  }
}
