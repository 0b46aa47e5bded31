import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Pool } from 'pg';
import type { Registry } from 'prom-client';
import type { NetworkGuard } from '../config/network-guard';
import type { OidcConfig } from '../config/oidc';
import type { OidcProvider } from './auth/oidc/provider';
import type { AuditChain } from '../database/audit-chain';
import type { AuditReport } from '../database/audit-verify';
import type { SecretBox } from '../database/secrets';
import type { LayerValues } from '../domain/settings/register';
import type { Authenticate } from './auth/authenticate';
import type { RunEventSignal } from './runs/event-signal';
import type { Tracing } from '../telemetry/tracing';
import type { Temporal } from './temporal';

export type ApiLog = Pick<Logger, 'info' | 'warn' | 'error'>;
export type ApiDatabase = Pick<Pool, 'query' | 'connect'>;

/** Where people look at workflows. */
export interface TemporalUi {
  /** Base URL of the Temporal Web UI; undefined when it is not known. */
  url: string | undefined;
  namespace: string;
}

/** What the routes stand on. */
export interface ApiDependencies {
  database: ApiDatabase;
  /** `embedded` or `external`: who runs the PostgreSQL. */
  databaseEngine: 'embedded' | 'external';
  secrets: Pick<SecretBox, 'seal' | 'open'>;
  temporal: Temporal;
  temporalUi: TemporalUi;
  authenticate: Authenticate;
  /** Counts the requests of each caller, and refuses those that are too many. */
  limitRequests: RequestHandler;
  audit: {
    chain: AuditChain;
    /** Checks the whole log. */
    verify(): Promise<AuditReport>;
  };
  /** What the environment says about settings. */
  environment: LayerValues<'environment'>;
  /** Addresses and networks of proxies whose X-Forwarded headers are believed. */
  trustedProxies: readonly string[];
  /** Where this process gathers its metrics; undefined when nobody asks for them. */
  metrics: Registry | undefined;
  /** News of runs for whoever watches one, and the end of all streams when this process stops. */
  runEvents: { signal: RunEventSignal; stopping: AbortSignal };
  /** Which addresses people may enter. */
  network: NetworkGuard;
  /** Where people reach the pages; undefined where nobody said it. */
  publicUrl: string | undefined;
  /** Where people may sign in elsewhere; undefined: with passwords alone. */
  oidc: { config: OidcConfig; provider: OidcProvider } | undefined;
  /** Where people reach NetBox; undefined where this process was not told. */
  netboxUrl: string | undefined;
  /** Makes traces of requests; undefined when nobody collects them. */
  tracing: Pick<Tracing, 'traceRequests'> | undefined;
  log: ApiLog;
}
