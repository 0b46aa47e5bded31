import type { CrashPoint } from '../../deletion/support/crash-points';
import type { CrashGuest } from './crash-guests';

/** Cuts the connection when the request of this guest has had its effect. @returns whether it has been cut */
export function loseAnswer(
  { request }: CrashPoint,
  { cluster: { proxmox }, vmid, netboxId }: CrashGuest,
  netbox: { add(fault: NetBoxFault): number; list(): { id: number; fired: number }[] },
): () => boolean {
  const [, server, method = '', path = ''] = /^(Proxmox|NetBox) (\S+) (.*)#\d+$/.exec(request) ?? [];
  const pathPattern = `${path
    .replaceAll('{node}', '[^/]+')
    .replaceAll('{upid}', 'UPID[^/]+')
    .replaceAll('{vmid}', String(vmid))
    .replaceAll('{other}', '\\d+')
    .replaceAll('{id}', String(netboxId))}(\\?|$)`;
  const fault = { when: 'after', action: { kind: 'reset' } } as const;
  if (server === 'Proxmox') {
    const added = proxmox.faults.add({ ...fault, match: { method, pathPattern } });
    return () => added.fired > 0;
  }
  // What is written about a guest has its id in the path, or else in the body.
  const inBody = path.includes('{id}') ? {} : { bodyPattern: `"assigned_object_id": ?${netboxId}\\b` };
  const id = netbox.add({ ...fault, match: { method, pathPattern, ...inBody } });
  return () => netbox.list().some(each => each.id === id && each.fired > 0);
}

interface NetBoxFault {
  match: { method: string; pathPattern: string; bodyPattern?: string };
  when: 'after';
  action: { kind: 'reset' };
}
