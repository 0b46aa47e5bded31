import type { GuestKind } from '../../proxmox/guest-config';
import type { Edit, Param } from './edit';
import type { CallStep, PlannedCall } from './guest-plan';

export interface CallTarget {
  readonly node: string;
  readonly kind: GuestKind;
  readonly vmid: number;
}

export const guestPath = ({ node, kind, vmid }: CallTarget): string => `/nodes/${encodeURIComponent(node)}/${kind}/${vmid}`;

/** Keys whose change may take longer than the 30 seconds that a plain answer has: written as a task where Proxmox offers it. */
const SLOW = /^(scsi|virtio|sata|ide|efidisk|tpmstate|net)\d+$/;

/** The configuration in one call, and each disk that grows in one more: absolute sizes, so that a repeated call grows nothing twice. */
export function editCalls(
  target: CallTarget,
  edit: Required<Pick<Edit, 'set' | 'remove' | 'grow'>>,
  step: CallStep = 'configure',
): PlannedCall[] {
  const { set, remove, grow } = edit;
  const params: Record<string, Param> = { ...sorted(set), ...(remove.length > 0 && { delete: [...remove].sort().join(',') }) };
  const slow = target.kind === 'qemu' && Object.keys(set).some(key => SLOW.test(key));
  const configure: PlannedCall = {
    step,
    method: slow ? 'POST' : 'PUT',
    path: `${guestPath(target)}/config`,
    params,
    withDigest: true,
    startsTask: slow,
  };
  const resizes = Object.entries(grow)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([disk, bytes]): PlannedCall => resizeCall(target, disk, bytes));
  return [...(Object.keys(params).length > 0 ? [configure] : []), ...resizes];
}

/** Sizes in KiB: every MiB is one, and Proxmox writes the largest exact unit by itself. */
function resizeCall(target: CallTarget, disk: string, bytes: number): PlannedCall {
  return {
    step: 'resize',
    method: 'PUT',
    path: `${guestPath(target)}/resize`,
    params: { disk, size: `${bytes / 1024}K` },
    withDigest: true,
    startsTask: true,
  };
}

export const sorted = (params: Readonly<Record<string, Param>>): Record<string, Param> =>
  Object.fromEntries(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)));
