import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigurationError } from '../errors';

/** `{"url": "…", "token": "…"}`, or `tokenFile` in place of `token`. */
export interface ConfigFile {
  path: string;
  url?: string;
  token?: string;
  /** Relative to the file's folder. */
  tokenFile?: string;
}

const KEYS = ['url', 'token', 'tokenFile'] as const;

/**
 * Undefined when there is no such file.
 * @throws ConfigurationError when others may read it, or it is no such JSON.
 */
export function readConfigFile(path: string): ConfigFile | undefined {
  const text = readPrivate(path);
  return text === undefined ? undefined : parseConfig(path, text);
}

/** @throws ConfigurationError when it is not there, is empty, or others may read it. */
export function readTokenFile(path: string): string {
  const token = readPrivate(path)?.trim();
  if (token) return token;
  const why = token === undefined ? 'It does not exist.' : 'It is empty.';
  throw new ConfigurationError(
    `There is no token in ${path}.`,
    why,
    `Write the token into ${path}, readable by you alone (chmod 600).`,
  );
}

/** Written for its owner alone; folders are made. */
export function writeConfigFile(path: string, content: Omit<ConfigFile, 'path'>): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  // The mode above counts for a new file only.
  chmodSync(path, 0o600);
}

function readPrivate(path: string): string | undefined {
  try {
    const { mode } = statSync(path);
    if ((mode & 0o077) !== 0) {
      const shown = (mode & 0o777).toString(8).padStart(3, '0');
      throw new ConfigurationError(
        `${path} is not read: others may read it.`,
        `Its mode is ${shown}, and it may hold a token.`,
        `chmod 600 ${path}`,
      );
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw new ConfigurationError(
      `${path} cannot be read.`,
      error instanceof Error ? error.message : String(error),
      `ls -l ${path}`,
    );
  }
}

function parseConfig(path: string, text: string): ConfigFile {
  const content = parseObject(path, text);
  const unknown = Object.keys(content).find(key => !KEYS.some(known => known === key));
  if (unknown !== undefined) throw wrong(path, `It knows ${KEYS.join(', ')}, not "${unknown}".`);
  const texts = KEYS.flatMap(key => {
    const value = content[key];
    if (value === undefined) return [];
    if (typeof value !== 'string' || value.trim() === '') throw wrong(path, `"${key}" has to be a text.`);
    return [[key, key === 'tokenFile' ? resolve(dirname(path), value) : value.trim()]];
  });
  return { path, ...Object.fromEntries(texts) };
}

function parseObject(path: string, text: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(text);
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return { ...content };
  } catch {
    // The parser's message may repeat the text, and with it the token.
  }
  throw wrong(path, 'It is no JSON object.');
}

const wrong = (path: string, why: string): ConfigurationError =>
  new ConfigurationError(
    `${path} cannot be used.`,
    why,
    `Write {"url": "…", "token": "…"} into it, or start anew: proxbox config init --config ${path} --yes`,
  );
