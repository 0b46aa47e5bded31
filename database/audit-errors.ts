/** The intent has an outcome: another process found it open and wrote one first. What that one says holds. */
export class AuditIntentClosedError extends Error {
  override readonly name = 'AuditIntentClosedError';

  constructor(readonly seq: number) {
    super(`Audit row ${seq} has an outcome already.`);
  }
}

/** The file of noted heads holds a line that is none. Whoever changed it may have hidden that rows were cut off; restore it from a backup. */
export class AuditHeadsError extends Error {
  override readonly name = 'AuditHeadsError';

  constructor(
    readonly file: string,
    readonly line: number,
  ) {
    super(
      `Line ${line} of ${file} is not as it was written. Restore the file from a backup; without it nobody can tell whether rows were cut off the end of the audit log.`,
    );
  }
}
