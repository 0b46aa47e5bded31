import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { MIN_PASSWORD_LENGTH, passwordLength, USERNAME_RULE, usernamePattern } from '../domain/people/names';
import { type Config, LOG_LEVELS } from './config';
import { ConfigError, type ConfigProblem } from './errors';
import { signInSchema } from './oidc';
import { Secret } from './secret';
import { settingsSchema } from './settings';
import { flag, networkList, oneOf, optionalText, textOr, urlText, wholeNumber } from './variables';

export type Environment = Readonly<Record<string, string | undefined>>;

const environmentSchema = z.object({
  NODE_ENV: textOr('development'),
  HOME: textOr(homedir()),
  PATH: textOr(''),
  XDG_STATE_HOME: optionalText,
  XDG_CACHE_HOME: optionalText,
  PROXBOX_STATE_DIR: optionalText,
  PROXBOX_CACHE_DIR: optionalText,
  PROXBOX_LOG_LEVEL: oneOf(LOG_LEVELS, 'info'),
  DATABASE_URL: urlText(['postgres:', 'postgresql:'], 'postgresql://user:password@host:5432/proxbox'),
  TEMPORAL_ADDRESS: optionalText,
  TEMPORAL_CLI_PATH: optionalText,
  TEMPORAL_TEST_SERVER_PATH: optionalText,
  PROXBOX_TEMPORAL: oneOf(['auto', 'embedded'], 'auto'),
  NETBOX_URL: urlText(['http:', 'https:'], 'https://netbox.example.com'),
  NETBOX_TOKEN: optionalText,
  NETBOX_CA: optionalText,
  NETBOX_VERIFY_SSL: flag(true),
  PROXBOX_API_KEY: optionalText.refine(key => key === undefined || key.length >= 16, 'give at least 16 characters'),
  PROXBOX_API_HOST: textOr('127.0.0.1'),
  PROXBOX_API_PORT: wholeNumber(8800, { min: 0, max: 65_535, what: 'a port' }),
  PROXBOX_ADMIN_USER: textOr('admin').refine(name => usernamePattern.test(name), USERNAME_RULE.toLowerCase()),
  PROXBOX_ADMIN_PASSWORD: optionalText.refine(
    password => password === undefined || passwordLength(password) >= MIN_PASSWORD_LENGTH,
    `give at least ${MIN_PASSWORD_LENGTH} characters`,
  ),
  PROXBOX_TRUSTED_PROXIES: networkList,
  PROXBOX_API_REQUESTS_PER_MINUTE: wholeNumber(3_000, { min: 0, max: 1_000_000, what: 'a number of requests' }),
  PROXBOX_ALLOWED_NETWORKS: networkList,
  PROXBOX_METRICS_HOST: textOr('127.0.0.1'),
  PROXBOX_METRICS_PORT: wholeNumber(undefined, { min: 0, max: 65_535, what: 'a port' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: urlText(['http:', 'https:'], 'http://collector.example.com:4318'),
  PROXBOX_SMTP_URL: urlText(['smtp:', 'smtps:'], 'smtp://user:password@mail.example.com:587'),
  PROXBOX_MAIL_FROM: textOr('proxbox@localhost').refine(address => /^[^\s@]+@[^\s@]+$/.test(address), 'give a mail address'),
  PROXBOX_SNIPPETS_DIR: optionalText.refine(path => path === undefined || isAbsolute(path), 'give an absolute path'),
  PROXBOX_ENCRYPTION_KEY: optionalText,
  PROXBOX_ENCRYPTION_KEY_PREVIOUS: optionalText,
  PROXBOX_AUDIT_KEY: optionalText,
});

/**
 * Reads the environment; the only place that does. The result is frozen to its leaves.
 * @throws ConfigError that lists every variable that cannot be used.
 */
export function loadConfig(env: Environment = process.env): Config {
  const base = environmentSchema.safeParse(env);
  const settings = settingsSchema.safeParse(env);
  const signIn = signInSchema.safeParse(env);
  if (!base.success || !settings.success || !signIn.success) {
    throw new ConfigError([base.error, settings.error, signIn.error].flatMap(problems));
  }

  const vars = base.data;
  return deepFreeze({
    production: vars.NODE_ENV === 'production',
    stateDir: resolve(vars.PROXBOX_STATE_DIR ?? join(vars.XDG_STATE_HOME ?? join(vars.HOME, '.local/state'), 'proxbox-temporal')),
    cacheDir: resolve(vars.PROXBOX_CACHE_DIR ?? join(vars.XDG_CACHE_HOME ?? join(vars.HOME, '.cache'), 'proxbox-temporal')),
    searchPath: vars.PATH.split(delimiter).filter(folder => folder !== ''),
    logLevel: vars.PROXBOX_LOG_LEVEL,
    database: { url: secret(vars.DATABASE_URL) },
    temporal: {
      addressGiven: vars.TEMPORAL_ADDRESS !== undefined,
      environment: new Secret(temporalVariables(env)),
      embeddedWanted: vars.PROXBOX_TEMPORAL === 'embedded',
      cliPath: vars.TEMPORAL_CLI_PATH,
      testServerPath: vars.TEMPORAL_TEST_SERVER_PATH,
    },
    netbox: { url: vars.NETBOX_URL, token: secret(vars.NETBOX_TOKEN), caFile: vars.NETBOX_CA, verifySsl: vars.NETBOX_VERIFY_SSL },
    api: {
      host: vars.PROXBOX_API_HOST,
      port: vars.PROXBOX_API_PORT,
      key: secret(vars.PROXBOX_API_KEY),
      administrator: { username: vars.PROXBOX_ADMIN_USER, password: secret(vars.PROXBOX_ADMIN_PASSWORD) },
      trustedProxies: vars.PROXBOX_TRUSTED_PROXIES,
      requestsPerMinute: vars.PROXBOX_API_REQUESTS_PER_MINUTE,
    },
    metrics: { host: vars.PROXBOX_METRICS_HOST, port: vars.PROXBOX_METRICS_PORT },
    tracing: { endpoint: vars.OTEL_EXPORTER_OTLP_ENDPOINT },
    mail: { url: secret(vars.PROXBOX_SMTP_URL), from: vars.PROXBOX_MAIL_FROM },
    allowedNetworks: vars.PROXBOX_ALLOWED_NETWORKS,
    snippetsDir: vars.PROXBOX_SNIPPETS_DIR,
    ...signIn.data,
    encryptionKey: secretKey(vars.PROXBOX_ENCRYPTION_KEY),
    previousEncryptionKey: secretKey(vars.PROXBOX_ENCRYPTION_KEY_PREVIOUS),
    auditKey: secretKey(vars.PROXBOX_AUDIT_KEY),
    settings: settings.data,
  });
}

function problems(error: z.ZodError | undefined): ConfigProblem[] {
  return (error?.issues ?? []).map(issue => ({ variable: issue.path.join('.'), problem: issue.message }));
}

function secret<T>(value: T | undefined): Secret<T> | undefined {
  return value === undefined ? undefined : new Secret(value);
}

/** A key of 32 bytes from any text. */
function secretKey(text: string | undefined): Secret<Buffer> | undefined {
  return secret(text === undefined ? undefined : createHash('sha256').update(text).digest());
}

function temporalVariables(env: Environment): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith('TEMPORAL_') && value !== undefined && value !== '') found[name] = value;
  }
  return found;
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null && !Object.isFrozen(inner)) deepFreeze(inner);
  }
  return Object.freeze(value);
}
