import { Fields } from '../fields';

/** A row of a task list. A token does not find its own tasks in the cluster's list, only in the node's. */
export interface TaskRow {
  readonly upid: string;
  readonly node: string;
  readonly type: string;
  /** The VMID for guest tasks. */
  readonly id: string | null;
  /** `user@realm` or `user@realm!token`. */
  readonly user: string | null;
  /** Seconds since 1970. */
  readonly starttime: number;
  readonly endtime: number | null;
  /** The exit text; `null` while the task runs. */
  readonly exitStatus: string | null;
}

export interface TaskStatus {
  readonly upid: string;
  readonly node: string;
  readonly type: string;
  readonly id: string | null;
  readonly running: boolean;
  /** `OK`, `WARNINGS: n`, an error text, `unexpected status` (the log has no end); `null` while the task runs. */
  readonly exitStatus: string | null;
}

export interface TaskLog {
  readonly lines: readonly string[];
  /** Lines that the log has in all. */
  readonly total: number;
}

/** What Proxmox puts in the place of a log that is empty or that this node does not have. */
const PLACEHOLDERS = new Set(['no content', 'unable to open file - No such file or directory']);

export function parseTasks(data: unknown): TaskRow[] {
  return Fields.rows(data).map(row => {
    const exit = row.textOrNull('status');
    const token = row.textOrNull('tokenid');
    const user = row.textOrNull('user');
    return {
      upid: row.text('upid'),
      node: row.text('node'),
      type: row.text('type'),
      id: row.textOrNull('id'),
      user: token === null || user === null || user.includes('!') ? user : `${user}!${token}`,
      starttime: row.number('starttime'),
      endtime: row.numberOrNull('endtime'),
      exitStatus: exit === 'RUNNING' ? null : exit,
    };
  });
}

export function parseTaskStatus(data: unknown): TaskStatus {
  const row = Fields.of(data);
  const running = row.text('status') === 'running';
  return {
    upid: row.text('upid'),
    node: row.text('node'),
    type: row.text('type'),
    id: row.textOrNull('id'),
    running,
    exitStatus: running ? null : row.textOrNull('exitstatus'),
  };
}

export function parseTaskLog(data: unknown, total: number | null): TaskLog {
  const lines = Fields.rows(data).map(row => row.textOrNull('t') ?? '');
  const [only] = lines;
  if (lines.length === 1 && only !== undefined && PLACEHOLDERS.has(only)) return { lines: [], total: 0 };
  return { lines, total: total ?? lines.length };
}
