/** The parts of a task id. Ask `node`, and no other, about the task: another node answers "no such task". */
export interface Upid {
  readonly node: string;
  readonly pid: number;
  readonly pstart: number;
  /** Seconds since 1970. */
  readonly startTime: number;
  /** For example `qmcreate`, `vzdestroy`, `vzdump`. */
  readonly type: string;
  /** The VMID for guest tasks, otherwise a storage, a service or empty. */
  readonly id: string;
  /** `user@realm` or `user@realm!token`. */
  readonly user: string;
}

const UPID =
  /^UPID:([A-Za-z0-9][A-Za-z0-9.-]*):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8}):([^:\s/]+):([^:\s/]*):([^:\s/]+):$/;

/** `null` when the text is no UPID: a write may also answer `null` although it started a task (converting a container into a template). */
export function parseUpid(text: string): Upid | null {
  const match = UPID.exec(text);
  if (!match) return null;
  const [, node = '', pid = '', pstart = '', startTime = '', type = '', id = '', user = ''] = match;
  return { node, pid: parseInt(pid, 16), pstart: parseInt(pstart, 16), startTime: parseInt(startTime, 16), type, id, user };
}
