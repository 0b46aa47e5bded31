import { parseUpid } from '../../domain/proxmox/upid';
import { ProxmoxResponseError } from './errors';

/** The node that ran a task and has its log. */
export function nodeOfTask(upid: string): string {
  const parsed = parseUpid(upid);
  if (!parsed)
    throw new ProxmoxResponseError({ method: 'GET', path: '/nodes/…/tasks' }, 'what should be a task id (UPID) is none');
  return parsed.node;
}
