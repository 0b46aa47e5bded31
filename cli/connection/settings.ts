import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../errors';
import { type ConfigFile, readConfigFile, readTokenFile } from './config-file';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the API is, which token opens it, and where both were found. */
export interface Connection {
  url: string;
  urlFrom: string;
  /** Undefined when none was found. */
  token: string | undefined;
  tokenFrom: string | undefined;
}

export interface Wanted {
  url?: string;
  config?: string;
}

const SYSTEM_FILE = '/etc/proxbox/config.json';

export function userConfigFile(env: Environment): string {
  const home = filled(env['HOME']) ?? homedir();
  return join(filled(env['XDG_CONFIG_HOME']) ?? join(home, '.config'), 'proxbox/config.json');
}

/** The files that are looked for, the first that exists is read; a file that was named has to exist. */
export function configFiles(wanted: Wanted, env: Environment): { named: boolean; paths: string[] } {
  const named = filled(wanted.config) ?? filled(env['PROXBOX_CONFIG']);
  return named === undefined ? { named: false, paths: [userConfigFile(env), SYSTEM_FILE] } : { named: true, paths: [named] };
}

/**
 * Address: `--url`, `PROXBOX_URL`, the file. Token: `PROXBOX_TOKEN`, the file; that of the file goes to no other address than the file's.
 * @throws ConfigurationError when there is no address, or the file cannot be used.
 */
export function findConnection(wanted: Wanted, env: Environment): Connection {
  const file = loadFile(wanted, env);
  const [url, urlFrom] = findUrl(wanted, env, file);
  const fromEnvironment = filled(env['PROXBOX_TOKEN']);
  if (fromEnvironment !== undefined) return { url, urlFrom, token: fromEnvironment, tokenFrom: 'PROXBOX_TOKEN' };
  if (file === undefined) return { url, urlFrom, token: undefined, tokenFrom: undefined };
  if (file.url !== undefined && baseOf(file.url, file.path) !== url && holdsToken(file)) {
    throw new ConfigurationError(
      `The token in ${file.path} is not sent to ${url}.`,
      `That file is for ${file.url}, and ${urlFrom} names another address.`,
      'Give the token of that address in PROXBOX_TOKEN, or a configuration file for it with --config.',
    );
  }
  if (file.token !== undefined) return { url, urlFrom, token: file.token, tokenFrom: file.path };
  if (file.tokenFile !== undefined) return { url, urlFrom, token: readTokenFile(file.tokenFile), tokenFrom: file.tokenFile };
  return { url, urlFrom, token: undefined, tokenFrom: undefined };
}

function loadFile(wanted: Wanted, env: Environment): ConfigFile | undefined {
  const { named, paths } = configFiles(wanted, env);
  for (const path of paths) {
    const file = readConfigFile(path);
    if (file !== undefined) return file;
    if (named)
      throw new ConfigurationError(
        `There is no file ${path}.`,
        'It was named as the configuration.',
        `proxbox config init --config ${path} --url URL`,
      );
  }
  return undefined;
}

function findUrl(wanted: Wanted, env: Environment, file: ConfigFile | undefined): [url: string, from: string] {
  const candidates: [string | undefined, string][] = [
    [wanted.url, '--url'],
    [filled(env['PROXBOX_URL']), 'PROXBOX_URL'],
    [file?.url, file?.path ?? ''],
  ];
  for (const [url, from] of candidates) if (url !== undefined) return [baseOf(url, from), from];
  throw new ConfigurationError(
    'The address of the API is not known.',
    'Neither a flag, a variable nor a file names it.',
    'proxbox config init --url URL',
  );
}

/** Without a slash at its end. */
export function baseOf(text: string, from: string): string {
  if (URL.canParse(text)) {
    const { protocol, origin, pathname, username, password } = new URL(text);
    const web = protocol === 'http:' || protocol === 'https:';
    if (web && username === '' && password === '') return `${origin}${pathname}`.replace(/\/+$/, '');
  }
  throw new ConfigurationError(
    `${from} is no address of an API.`,
    'It has to be a URL with http or https, without user and password.',
    'Give one such as http://127.0.0.1:8800.',
  );
}

const holdsToken = ({ token, tokenFile }: ConfigFile): boolean => token !== undefined || tokenFile !== undefined;

/** A variable that is set to nothing counts as not set. */
export const filled = (text: string | undefined): string | undefined =>
  text === undefined || text.trim() === '' ? undefined : text.trim();
