import type { LayerValues } from '../domain/settings/register';
import type { OidcConfig } from './oidc';
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
    /** Most requests of one caller in a minute, to one process; 0 for no limit. */
    requestsPerMinute: number;
  };
  /** Where this process shows its metrics and its health; without a port nowhere. */
  metrics: { host: string; port: number | undefined };
  /** Where traces are sent, such as `http://collector:4318`; undefined means that none are made. */
  tracing: { endpoint: string | undefined };
  mail: {
    /** `smtp:` or `smtps:`, with user and password where the server wants them. */
    url: Secret<string> | undefined;
    /** Address that mails come from. */
    from: string;
  };
  /** Networks and addresses that are contacted although people may else not enter them: this host, link-local ones. */
  allowedNetworks: readonly string[];
  /** Absolute folder below which snippets storages of Proxmox are mounted; undefined where there are none. */
  snippetsDir: string | undefined;
  /** Where people reach the pages, without a slash at its end; undefined where nobody said it. */
  publicUrl: string | undefined;
  /** Undefined: people sign in with passwords alone. */
  oidc: OidcConfig | undefined;
  /** AES-256 key made from `PROXBOX_ENCRYPTION_KEY`; undefined means the key file in the state folder. */
  encryptionKey: Secret<Buffer> | undefined;
  /** The key before, which still opens what was not yet encrypted anew. */
  previousEncryptionKey: Secret<Buffer> | undefined;
  /** Key of the audit log's hashes, made from `PROXBOX_AUDIT_KEY`; undefined means the key file in the state folder. */
  auditKey: Secret<Buffer> | undefined;
  /** What the environment says about settings; it counts before what people decide elsewhere. */
  settings: LayerValues<'environment'>;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
