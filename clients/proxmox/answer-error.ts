import {
  ProxmoxAuthError,
  ProxmoxDigestMismatchError,
  ProxmoxLockedError,
  ProxmoxNodeUnreachableError,
  ProxmoxNotFoundError,
  ProxmoxNotImplementedError,
  ProxmoxParameterError,
  ProxmoxPermissionError,
  ProxmoxRefusedError,
  ProxmoxResponseError,
  ProxmoxUnavailableError,
  ProxmoxUnknownNodeError,
  ProxmoxUnknownOutcomeError,
  type MissingThing,
  type ProxmoxError,
} from './errors';
import { failureReason, lockNamed, permissionNamed, type FailureReason } from './failure-reason';
import type { Envelope } from './envelope';
import { isRead } from './request-parts';

/** A read or a write that did not answer 2xx. */
export interface RefusedCall {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

const MISSING: Partial<Record<FailureReason, MissingThing>> = {
  'guest-missing': 'guest',
  'snapshot-missing': 'snapshot',
  'pool-missing': 'pool',
  'storage-missing': 'storage',
  'resource-missing': 'resource',
};

/** The error for an answer, by its status first and by Proxmox's text where the status is 500 for everything. */
export function answerError(call: RefusedCall, { message, errors }: Pick<Envelope, 'message' | 'errors'>): ProxmoxError {
  const { status } = call;
  const said = message || 'Proxmox gave no reason';
  if (status < 300) return new ProxmoxResponseError(call, said);
  if (status < 400) return new ProxmoxResponseError(call, 'redirected: enter the address of the Proxmox API itself');
  if (status === 400) return parameterError(call, said, errors);
  if (status === 401) return new ProxmoxAuthError(call, authText(said));
  if (status === 403) return permissionError(call, said);
  if (status === 404) return new ProxmoxNotFoundError(call, said, 'path');
  if (status === 429) return new ProxmoxUnavailableError(call, `too many requests: ${said}`, 'busy');
  if (status === 501) return new ProxmoxNotImplementedError(call, said);
  if (status === 595)
    return new ProxmoxNodeUnreachableError(call, `the node or its daemon cannot be reached (${said}); nothing was done`);
  if (status >= 596 && status <= 599)
    return unanswered(call, `Proxmox gave up waiting for the node or its daemon (${said})`, 'no-answer');
  if (status >= 502 && status <= 504) return unanswered(call, `a proxy before Proxmox gave up (${said})`, 'gateway');
  return textError(call, said);
}

function parameterError(call: RefusedCall, said: string, errors: Readonly<Record<string, string>>): ProxmoxError {
  if (errors['upid'] === 'no such task') return new ProxmoxNotFoundError(call, 'no such task on this node', 'task');
  const details = Object.entries(errors).map(([name, text]) => `${name}: ${text}`);
  return new ProxmoxParameterError(call, [said, ...details].join(' '), errors);
}

function authText(said: string): string {
  return (
    `Proxmox refused the credential (${said}): the token or password is wrong, expired, disabled or deleted, or so is its user; ` +
    'check it in Proxmox under Datacenter → Permissions, then enter it again at the endpoint'
  );
}

function permissionError(call: RefusedCall, said: string): ProxmoxError {
  const { path, privileges, tag } = permissionNamed(said);
  const advice = path === null ? '' : `; give the credential ${privileges.join(' or ')} on ${path}`;
  return new ProxmoxPermissionError(call, `${said}${advice}`, privileges, path, tag);
}

/** No answer from behind the entry node: harmless for a read, an unknown outcome for a write. */
function unanswered(call: RefusedCall, text: string, reason: 'no-answer' | 'gateway'): ProxmoxError {
  return isRead(call)
    ? new ProxmoxUnavailableError(call, text, reason)
    : new ProxmoxUnknownOutcomeError(call, `${text}; the change may have been made, or may still be`);
}

function textError(call: RefusedCall, said: string): ProxmoxError {
  const reason = failureReason(said);
  const missing = reason && MISSING[reason];
  if (missing) return new ProxmoxNotFoundError(call, said, missing);
  switch (reason) {
    case 'permission':
      return permissionError(call, said);
    case 'no-quorum':
      return new ProxmoxUnavailableError(call, `the cluster has no quorum, so nothing can be written (${said})`, 'no-quorum');
    case 'locked':
    case 'lock-busy':
      return new ProxmoxLockedError(call, said, lockNamed(said));
    case 'digest-mismatch':
      return new ProxmoxDigestMismatchError(call, said);
    case 'unknown-node':
      return new ProxmoxUnknownNodeError(call, said, /'([^']*)'/.exec(said)?.[1] ?? '');
    default:
      return new ProxmoxRefusedError(call, said, reason);
  }
}
