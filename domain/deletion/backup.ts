/** The backup that is made before a guest is destroyed, as its request's row has it. */
export interface MadeBackup {
  /** The round of approvals that it was made in. */
  readonly round: number;
  readonly storage: string;
  /** Null from before the call until its answer: a task that was started then is looked for. */
  readonly upid: string | null;
  /** Once a read has shown it. */
  readonly volume: string | null;
  /** Why it could not be made. */
  readonly failed: string | null;
  /** ISO 8601. */
  readonly at: string;
}

/** After a backup that failed nobody tries it again before. */
export const backupPauseMs = 3_600_000;
