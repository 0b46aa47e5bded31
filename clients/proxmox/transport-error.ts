import {
  AddressRefusedError,
  AnswerLostError,
  BodyTooLargeError,
  ConnectError,
  TlsTrustError,
  type TlsReason,
} from '../http/errors';
import {
  ProxmoxAddressRefusedError,
  ProxmoxResponseError,
  ProxmoxTlsError,
  ProxmoxUnavailableError,
  ProxmoxUnknownOutcomeError,
  type FailedCall,
} from './errors';
import { isRead } from './request-parts';

const TLS_ADVICE: Readonly<Record<TlsReason, string>> = {
  expired: 'its certificate has expired: renew it on the node (pvecm updatecerts --force)',
  'not-yet-valid': 'its certificate is not valid yet: compare the clocks of the node and of this machine',
  'self-signed':
    "its certificate is self-signed, and certificates are checked: give the endpoint the cluster's CA (/etc/pve/pve-root-ca.pem) or pin the certificate's fingerprint; in a lab checking can be switched off (verify_ssl: false)",
  'unknown-issuer':
    "its certificate comes from an unknown CA: give the endpoint the cluster's CA (/etc/pve/pve-root-ca.pem) or pin the certificate's fingerprint",
  'host-mismatch': 'its certificate is for other names: use one of them in the address, or pin the fingerprint',
  'pin-mismatch':
    'its certificate is not the pinned one: if it was renewed, compare the fingerprint on the node and enter the new one; if not, somebody is in between',
  'plain-http':
    'it speaks plain HTTP at this port, and https was asked for: enter the port that speaks TLS (Proxmox: 8006), or for a host of this machine an address with http:// (use_https: false)',
  handshake: 'there is no TLS at this address that both sides know: check the port',
};

/** What stands behind a plain http address that gives no answer, or one that is no API's. */
export const WANTS_TLS =
  'speaks TLS at this port, and plain http was asked for: enter the address with https:// (use_https: true)';

/** The client's error for a failed exchange; the caller's own reason when it gave up a read, and what is no transport failure unchanged. */
export function transportError(
  call: FailedCall,
  failure: unknown,
  { signal, plain }: { signal: AbortSignal | undefined; plain: boolean },
): unknown {
  if (failure instanceof TlsTrustError) {
    return new ProxmoxTlsError(
      call,
      `the server is not trusted, ${TLS_ADVICE[failure.reason]} (${failure.message})`,
      failure.reason,
    );
  }
  if (failure instanceof AddressRefusedError) return new ProxmoxAddressRefusedError(call, failure.message);
  if (failure instanceof ConnectError) {
    return new ProxmoxUnavailableError(
      call,
      `${failure.message}; check address, port and firewall of the endpoint`,
      'no-connection',
    );
  }
  if (!(failure instanceof AnswerLostError || failure instanceof BodyTooLargeError)) return failure;
  if (!isRead(call)) {
    return new ProxmoxUnknownOutcomeError(call, `${failure.message}; the change may have been made, or may still be`);
  }
  if (failure instanceof BodyTooLargeError) return new ProxmoxResponseError(call, failure.message);
  return failure.code === 'ABORTED' && signal?.aborted
    ? signal.reason
    : new ProxmoxUnavailableError(call, plain ? `${failure.message}; perhaps it ${WANTS_TLS}` : failure.message, 'no-answer');
}

/** A kept connection that the server closed at the same moment: a read may simply be sent again. */
export function isReset(failure: unknown): boolean {
  return failure instanceof AnswerLostError && ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(failure.code);
}
