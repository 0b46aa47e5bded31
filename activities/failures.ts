import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { redactText } from '../domain/redaction';
import type { RunReason } from '../domain/run';

/** Ends a run with a reason that an operator can act on; trying again would not help. */
export class StopRun extends Error {
  constructor(
    readonly reason: RunReason,
    message: string,
  ) {
    super(message);
    this.name = 'StopRun';
  }
}

/** How Temporal must hear of an error: its type is the reason code, its words hold no secret; what cannot get better by itself is not retried. */
export function toFailure(
  error: unknown,
  explain: (error: unknown) => { reason: RunReason; message: string; retryable: boolean },
): ApplicationFailure | CancelledFailure {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof StopRun) return ApplicationFailure.nonRetryable(error.message, error.reason);
  const { reason, message, retryable } = explain(error);
  return ApplicationFailure.create({ type: reason, message: redactText(message), nonRetryable: !retryable });
}
