/** What the exit code of every command means. A contract with cron jobs and scripts: never change one. */
export const exitCodes = {
  ok: 0,
  error: 1,
  /** Wrong flags, arguments or configuration; nothing was sent. */
  usage: 2,
  /** Of a dry run with `--exit-code`, and of `settings diff`. */
  planHasChanges: 3,
  awaitingConfirmation: 4,
  /** A person cancelled or rejected it, or it expired. */
  rejected: 5,
  partial: 6,
  /** The API, Temporal, the database, NetBox or Proxmox does not answer, or no worker takes the work. */
  unreachable: 7,
  /** Ctrl-C: only the watching ended. */
  interrupted: 130,
  /** SIGTERM, likewise. */
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
