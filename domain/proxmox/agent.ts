import { parseFlag } from './flag';
import { parsePropertyString, propertyValue } from './property-string';

export interface AgentSetting {
  readonly enabled: boolean;
  readonly fstrimClonedDisks: boolean;
  readonly freezeFs: boolean;
  readonly type: string;
}

/** The `agent` key of a QEMU configuration, in any spelling that Proxmox stores: `1`, `enabled=1,type=isa`, `true`, `0,fstrim_cloned_disks=1`. */
export function parseAgent(text: string | null | undefined): AgentSetting {
  const parts = parsePropertyString(text ?? '');
  return {
    enabled: parseFlag(propertyValue(parts, 'enabled', true)),
    fstrimClonedDisks: parseFlag(propertyValue(parts, 'fstrim_cloned_disks')),
    freezeFs: parseFlag(
      propertyValue(parts, 'freeze-fs') ?? propertyValue(parts, 'freeze-fs-on-backup') ?? propertyValue(parts, 'guest-fsfreeze'),
      true,
    ),
    type: propertyValue(parts, 'type') ?? 'virtio',
  };
}
