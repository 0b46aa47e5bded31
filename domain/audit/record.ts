import type { JsonObject } from '../json';
import type { AuditAction } from './actions';

/** Whose doing it is. Nothing of it is what a caller says about themselves, except the label. */
export interface AuditActor {
  /** `service` proves no person; `system` is this product by itself; `unknown` is whoever failed to sign in. */
  kind: 'user' | 'service' | 'system' | 'unknown';
  /** Id of the user; null for whoever is none. */
  id: string | null;
  /** Username, or the name of the service. */
  name: string;
  /** How they proved who they are: `session`, `token`, `environment`, `oidc`; `run` for who asked for the run that does it; `none` for the system and for whoever proved nothing. */
  authenticatedBy: string;
  /** What the header X-Proxbox-Actor said. It identifies nobody. */
  label: string | null;
}

/** What is done, to what, by whom. */
export interface AuditEntry {
  action: AuditAction;
  actor: AuditActor;
  /** The id is null while the object does not exist yet, and where there is only one of it. */
  object: { type: string; id: string | null } | null;
  endpointId: string | null;
  runId: string | null;
  /** Digests of the object before and after, where it has such. */
  beforeDigest: string | null;
  afterDigest: string | null;
  /** Why, in words. */
  reason: string | null;
  detail: JsonObject;
  requestId: string | null;
}

/**
 * - `intent` is written before an effect, and `outcome` after it: an intent without an outcome says that nobody knows what became of it;
 * - `event` is written about what happened and has no effect of its own.
 */
export type AuditPhase = 'intent' | 'outcome' | 'event';

/** `refused`: it was decided that there be no effect. `unknown`: there may have been one. */
export type AuditResult = 'succeeded' | 'refused' | 'failed' | 'unknown';

/** A row without its seal. */
export interface AuditContent extends AuditEntry {
  /** From 1 on, without gaps. */
  seq: number;
  /** UTC to the microsecond, such as `2026-01-31T12:00:00.123456Z`: a `Date` would lose half of it. */
  time: string;
  phase: AuditPhase;
  /** Of an outcome: the intent that it completes. */
  intentSeq: number | null;
  /** Null for an intent. */
  result: AuditResult | null;
}

export interface AuditRow extends AuditContent {
  /** Names the key of the hash without giving anything of it away. */
  keyId: string;
  /** Hash of the row before, in hex; zeros for the first. */
  previous: string;
  /** HMAC-SHA256 of everything above, in hex. */
  hash: string;
}

/** Where the chain ended at some time. */
export interface AuditHead {
  seq: number;
  hash: string;
  /** When it was noted, in UTC. */
  time: string;
}
