/** The intent has an outcome: another process found it open and wrote one first. What that one says holds. */
export class AuditIntentClosedError extends Error {
  override readonly name = 'AuditIntentClosedError';

  constructor(readonly seq: number) {
    super(`Audit row ${seq} has an outcome already.`);
  }
}
