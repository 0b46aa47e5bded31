import type { TlsReason } from '../http/errors';
import type { FailureReason } from './failure-reason';

/** The call that failed: never with its parameters, which may hold secrets. */
export interface FailedCall {
  readonly method: string;
  readonly path: string;
  /** HTTP status, absent when there was no answer. */
  readonly status?: number;
}

/** Every failure of the Proxmox client is one of these. No message holds a secret, and there is no cause chain. */
export abstract class ProxmoxError extends Error {
  readonly method: string;
  readonly path: string;
  readonly status: number | null;

  constructor(call: FailedCall, text: string) {
    super(`${text} [${call.method} ${call.path}${call.status === undefined ? '' : `: ${call.status}`}]`);
    this.name = new.target.name;
    this.method = call.method;
    this.path = call.path;
    this.status = call.status ?? null;
  }
}

/** 401. The credential is wrong, expired or disabled: change it at the endpoint. Proxmox takes 3 s to say so, hence it is not asked again at once. */
export class ProxmoxAuthError extends ProxmoxError {}

/** 403. Give the credential one of `privileges` on `permissionPath`; both unknown (`[]`, `null`) when Proxmox does not name them. */
export class ProxmoxPermissionError extends ProxmoxError {
  constructor(
    call: FailedCall,
    text: string,
    readonly privileges: readonly string[],
    readonly permissionPath: string | null,
    /** The registered tag that the caller may not set or remove. */
    readonly tag: string | null,
  ) {
    super(call, text);
  }
}

/**
 * 400: a parameter is refused. After a write to a running QEMU guest other parameters of the same request may be in effect
 * (hot-plug failures come as 400): read the configuration again.
 */
export class ProxmoxParameterError extends ProxmoxError {
  constructor(
    call: FailedCall,
    text: string,
    /** Parameter → what is wrong with it. */
    readonly errors: Readonly<Record<string, string>>,
  ) {
    super(call, text);
  }
}

export type MissingThing = 'guest' | 'snapshot' | 'pool' | 'storage' | 'resource' | 'task' | 'path';

/** The thing is not there, or not on that node: a guest may have moved. Without `VM.Audit` a missing guest is a permission error instead. */
export class ProxmoxNotFoundError extends ProxmoxError {
  constructor(
    call: FailedCall,
    text: string,
    readonly what: MissingThing,
  ) {
    super(call, text);
  }
}

/** The guest is locked (`backup`, `migrate`, `create`, …), or its configuration file is (`lock` is null): try later. */
export class ProxmoxLockedError extends ProxmoxError {
  constructor(
    call: FailedCall,
    text: string,
    readonly lock: string | null,
  ) {
    super(call, text);
  }
}

/** The configuration changed since its digest was read: read it again and decide anew. */
export class ProxmoxDigestMismatchError extends ProxmoxError {}

/** 595: the entry node could not connect to the target (node or daemon down). Nothing was done. */
export class ProxmoxNodeUnreachableError extends ProxmoxError {}

/** A write was sent and its outcome is not known (596–599, gateway error, lost answer): read before anything else is sent. */
export class ProxmoxUnknownOutcomeError extends ProxmoxError {}

export type UnavailableReason = 'no-connection' | 'no-answer' | 'gateway' | 'busy' | 'no-quorum';

/** Nothing was done, and later it may work: no connection, no answer to a read, or a cluster without quorum. */
export class ProxmoxUnavailableError extends ProxmoxError {
  constructor(
    call: FailedCall,
    text: string,
    readonly reason: UnavailableReason,
  ) {
    super(call, text);
  }
}

/** The server's certificate is not trusted under the endpoint's TLS setting. Nothing was sent. */
export class ProxmoxTlsError extends ProxmoxError {
  constructor(
    call: FailedCall,
    text: string,
    readonly reason: TlsReason,
  ) {
    super(call, text);
  }
}

/** The endpoint's address, or what its name resolves to, must not be contacted: this host, link-local, a metadata service. Nothing was sent. */
export class ProxmoxAddressRefusedError extends ProxmoxError {}

/** The node is not in `/nodes`: Proxmox would look its name up in the DNS and send it the credential. Nothing was sent. */
export class ProxmoxUnknownNodeError extends ProxmoxError {
  constructor(
    call: FailedCall,
    text: string,
    readonly node: string,
  ) {
    super(call, text);
  }
}

/** 501: this version of Proxmox has no such call. */
export class ProxmoxNotImplementedError extends ProxmoxError {}

/** Proxmox refused or failed (mostly 500) for a reason that has no class of its own. After a write: read before repeating, since it may be in effect. */
export class ProxmoxRefusedError extends ProxmoxError {
  constructor(
    call: FailedCall,
    text: string,
    /** `null`: a text that we do not know. */
    readonly reason: FailureReason | null,
  ) {
    super(call, text);
  }
}

/** The answer is no Proxmox API answer, or has another shape than the call: is the address that of a Proxmox API? */
export class ProxmoxResponseError extends ProxmoxError {}
