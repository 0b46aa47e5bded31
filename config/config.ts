import type { LayerValues } from '../domain/settings/register';
import type { Secret } from './secret';

/** Everything that the environment says, checked and frozen. Built once, by a composition root. */
export interface Config {
  /** `NODE_ENV=production`: nothing is started on the operator's behalf. */
  production: boolean;
  /** Absolute folder for what must outlive a process: database files, key file, notes about servers that we started. */
  stateDir: string;
  /** Absolute folder for what can be fetched again: server binaries. */
  cacheDir: string;
  /** Folders in which programs are looked for, in order. */
  searchPath: readonly string[];
  logLevel: LogLevel;
  database: {
    /** `DATABASE_URL`; undefined means the embedded PostgreSQL. */
    url: Secret<string> | undefined;
  };
  temporal: {
    /** `TEMPORAL_ADDRESS` is set: a server that is not ours. */
    addressGiven: boolean;
    /** Every `TEMPORAL_*` variable, for @temporalio/envconfig; it may hold an API key. */
    environment: Secret<Readonly<Record<string, string>>>;
    /** `PROXBOX_TEMPORAL=embedded`: a server of our own is wanted even in production. */
    embeddedWanted: boolean;
    /** Path of the `temporal` binary. */
    cliPath: string | undefined;
    /** Path of the time-skipping test server's binary. */
    testServerPath: string | undefined;
  };
  netbox: {
    url: string | undefined;
    token: Secret<string> | undefined;
    /** Path of a PEM file with the certificate authority that signed NetBox's certificate. */
    caFile: string | undefined;
    verifySsl: boolean;
  };
  api: {
    host: string;
    port: number;
    key: Secret<string> | undefined;
    /** Who the first administrator becomes; read by the first start only. Without a password one is made and printed. */
    administrator: { username: string; password: Secret<string> | undefined };
    /** Addresses and networks of proxies whose X-Forwarded headers are believed. */
    trustedProxies: readonly string[];
  };
  /** AES-256 key made from `PROXBOX_ENCRYPTION_KEY`; undefined means the key file in the state folder. */
  encryptionKey: Secret<Buffer> | undefined;
  /** Key of the audit log's hashes, made from `PROXBOX_AUDIT_KEY`; undefined means the key file in the state folder. */
  auditKey: Secret<Buffer> | undefined;
  /** What the environment says about settings; it counts before what people decide elsewhere. */
  settings: LayerValues<'environment'>;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
