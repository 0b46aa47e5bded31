import {
  NetBoxConflictError,
  NetBoxNotFoundError,
  NetBoxPermissionError,
  NetBoxValidationError,
} from '../../clients/netbox/errors';

const refusals = [NetBoxValidationError, NetBoxConflictError, NetBoxPermissionError, NetBoxNotFoundError];

/** NetBox's words where it refused one object for good. @throws everything else: it may work later. */
export function refusalOf(error: unknown): string {
  if (!(error instanceof Error) || !refusals.some(kind => error instanceof kind)) throw error;
  return `NetBox refused it: ${error.message}`;
}
