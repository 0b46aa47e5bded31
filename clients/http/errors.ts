/** No connection came about, so nothing was sent: a write did not happen. Check address, port, DNS and firewall. */
export class ConnectError extends Error {
  override readonly name: string = 'ConnectError';
  constructor(
    /** For example `ECONNREFUSED`, `ENOTFOUND`, `UND_ERR_CONNECT_TIMEOUT`. */
    readonly code: string,
    detail: string,
  ) {
    super(`no connection: ${detail}`);
  }
}

export type TlsReason =
  'expired' | 'not-yet-valid' | 'self-signed' | 'unknown-issuer' | 'host-mismatch' | 'pin-mismatch' | 'plain-http' | 'handshake';

/** The server's certificate is not the one that the endpoint's TLS setting trusts; nothing was sent. */
export class TlsTrustError extends ConnectError {
  override readonly name = 'TlsTrustError';
  constructor(
    readonly reason: TlsReason,
    detail: string,
  ) {
    super('TLS', detail);
  }
}

/** The address, or every address of the name, is one that must not be contacted. Change it, or allow its network. */
export class AddressRefusedError extends ConnectError {
  override readonly name = 'AddressRefusedError';
  constructor(reason: string) {
    super('REFUSED', reason);
  }
}

/** A request may have been sent and no whole answer came back: a write may or may not have happened. */
export class AnswerLostError extends Error {
  override readonly name = 'AnswerLostError';
  constructor(
    /** `TIMEOUT`, `ABORTED` (by the caller) or the code of the socket error. */
    readonly code: string,
    detail: string,
  ) {
    super(`answer lost: ${detail}`);
  }
}

/** The answer is larger than the caller is ready to hold in memory; what it answered was done. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
  constructor(readonly limitBytes: number) {
    super(`the answer is larger than ${limitBytes} bytes`);
  }
}

/** The code of a Node or undici error, for example `ECONNRESET`; its name when it has none. */
export function errorCode(error: unknown): string {
  return textOf(error, 'code') ?? textOf(error, 'name') ?? 'UNKNOWN';
}

/** A text that is never empty: the error of several tried addresses has none of its own. */
export function errorDetail(error: unknown): string {
  return textOf(error, 'message') ?? errorCode(error);
}

function textOf(error: unknown, key: 'code' | 'name' | 'message'): string | undefined {
  const value: unknown = typeof error === 'object' && error !== null && key in error ? Reflect.get(error, key) : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
