import {
  ProxmoxAddressRefusedError,
  ProxmoxAuthError,
  ProxmoxDigestMismatchError,
  ProxmoxError,
  ProxmoxLockedError,
  ProxmoxNodeUnreachableError,
  ProxmoxNotImplementedError,
  ProxmoxPermissionError,
  ProxmoxTlsError,
  ProxmoxUnavailableError,
  ProxmoxUnknownNodeError,
} from '../../clients/proxmox/errors';

/** What a failed write leaves behind. */
export type WriteFailure =
  /** Nothing was done, and later it may work. */
  | { is: 'later'; message: string }
  /** Nothing was done, and it will not work by itself. */
  | { is: 'refused'; reason: string; message: string }
  /** Something may have been done: an error after a write says nothing about what is in effect (Proxmox VE 9.2, measured). */
  | { is: 'open'; reason: string; message: string };

export function judgeFailure(error: unknown): WriteFailure {
  if (!(error instanceof ProxmoxError)) throw error;
  const { message } = error;
  if (error instanceof ProxmoxUnavailableError || error instanceof ProxmoxNodeUnreachableError) return { is: 'later', message };
  if (error instanceof ProxmoxDigestMismatchError) {
    return {
      is: 'refused',
      reason: 'toctou_mismatch',
      message: 'The guest was changed between our read and our write. Plan again.',
    };
  }
  if (error instanceof ProxmoxLockedError) return { is: 'refused', reason: 'guest_locked', message };
  if (error instanceof ProxmoxPermissionError) return { is: 'refused', reason: 'proxmox-permission', message };
  if (error instanceof ProxmoxAuthError) return { is: 'refused', reason: 'proxmox-auth', message };
  if (error instanceof ProxmoxTlsError) return { is: 'refused', reason: 'proxmox-tls', message };
  const notSent =
    error instanceof ProxmoxAddressRefusedError ||
    error instanceof ProxmoxUnknownNodeError ||
    error instanceof ProxmoxNotImplementedError;
  return { is: notSent ? 'refused' : 'open', reason: 'proxmox_refused', message };
}
