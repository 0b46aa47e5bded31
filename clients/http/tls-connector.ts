import { TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { guardedLookup, literalRefusal, type RefuseAddress } from './guarded-lookup';
import { AddressRefusedError, ConnectError, errorCode, errorDetail, TlsTrustError, type TlsReason } from './errors';

/**
 * What a connection trusts: the system's authorities, nothing in particular, one authority (or self-signed certificate) in PEM,
 * or exactly one certificate by its SHA-256 fingerprint (with or without colons, any case).
 */
export type TlsPolicy =
  | { readonly mode: 'verify' }
  | { readonly mode: 'insecure' }
  | { readonly mode: 'ca'; readonly ca: string }
  | { readonly mode: 'fingerprint'; readonly sha256: string };

const REASONS: Readonly<Record<string, TlsReason>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown-issuer',
  CERT_SIGNATURE_FAILURE: 'unknown-issuer',
  ERR_TLS_CERT_ALTNAME_INVALID: 'host-mismatch',
  EPROTO: 'handshake',
};

/**
 * undici's connector under a TLS policy. It fails with `TlsTrustError` or `ConnectError`, both meaning that nothing was sent: a pin
 * is compared after the handshake and before the socket is handed out. Sessions are not resumed under a pin, because a server
 * shows its certificate only in a full handshake; and `checkServerIdentity` is no place for a pin, since Node does not call it
 * for an untrusted certificate.
 * @param refuseAddress why an address must not be contacted; then it fails with `AddressRefusedError`.
 */
export function createConnector(
  policy: TlsPolicy,
  connectTimeoutMs: number,
  refuseAddress?: RefuseAddress,
): buildConnector.connector {
  const pin = policy.mode === 'fingerprint' ? normalizeFingerprint(policy.sha256) : null;
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    ...(policy.mode === 'ca' ? { ca: policy.ca } : {}),
    ...(policy.mode === 'insecure' || pin !== null ? { rejectUnauthorized: false } : {}),
    ...(pin === null ? {} : { maxCachedSessions: 0 }),
    ...(refuseAddress && { lookup: guardedLookup(refuseAddress) }),
  });
  return (options, callback) => {
    const refused = refuseAddress && literalRefusal(options.hostname, refuseAddress);
    if (refused !== undefined) return callback(new AddressRefusedError(refused), null);
    connect(options, (...[error, socket]) => {
      if (error) return callback(asConnectError(error), null);
      const mismatch = pin === null ? null : pinMismatch(pin, socket);
      if (mismatch === null) return callback(null, socket);
      socket.destroy();
      return callback(mismatch, null);
    });
  };
}

/** 64 upper-case hexadecimal digits; throws `RangeError` for anything else. */
export function normalizeFingerprint(text: string): string {
  const digits = text.replace(/[:\s]/g, '').toUpperCase();
  if (!/^[0-9A-F]{64}$/.test(digits))
    throw new RangeError('a SHA-256 fingerprint has 64 hexadecimal digits, for example AB:CD:…');
  return digits;
}

function pinMismatch(pin: string, socket: unknown): TlsTrustError | null {
  const shown = socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : undefined;
  if (shown !== undefined && normalizeFingerprint(shown) === pin) return null;
  return new TlsTrustError('pin-mismatch', `the server's certificate has the SHA-256 fingerprint ${shown ?? '(none)'}`);
}

function asConnectError(error: Error): ConnectError {
  if (error instanceof ConnectError) return error;
  if (/wrong version number|packet length too long|http request/i.test(errorDetail(error)))
    return new TlsTrustError('plain-http', errorDetail(error));
  const code = errorCode(error);
  const reason = REASONS[code] ?? (/^ERR_(SSL|TLS)_/.test(code) ? 'handshake' : undefined);
  return reason ? new TlsTrustError(reason, errorDetail(error)) : new ConnectError(code, errorDetail(error));
}
