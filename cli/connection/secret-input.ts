import { readFile } from 'node:fs/promises';
import { stdin } from 'node:process';
import { text } from 'node:stream/consumers';
import { UsageError } from '../errors';
import type { Asking } from '../output/ask';
import { type Environment, filled } from './settings';

export interface SecretSource {
  /** What is asked for, such as `Secret of proxbox@pve!sync`. */
  what: string;
  /** The flag that names a file, for advice. */
  flag: string;
  /** A file, `-` for standard input. */
  file: string | undefined;
  variable: string;
}

/**
 * A secret from a file, standard input, a variable, or typed unseen: never from a flag, which other processes can read.
 * @throws UsageError when there is none.
 */
export async function readSecret(
  { what, flag, file, variable }: SecretSource,
  env: Environment,
  asking: Asking,
): Promise<string> {
  if (file !== undefined) return notEmpty(await contentOf(file, flag), file === '-' ? 'Standard input' : file);
  const given = filled(env[variable]);
  if (given !== undefined) return given;
  if (asking.possible) return notEmpty(await asking.hidden(`${what}:`), 'The answer');
  throw new UsageError(
    `${what} is missing.`,
    `Give a file with ${flag} FILE, standard input with ${flag} -, or the variable ${variable}.`,
  );
}

async function contentOf(file: string, flag: string): Promise<string> {
  try {
    // Only the line's end goes: spaces may belong to a password.
    return (await (file === '-' ? text(stdin) : readFile(file, 'utf8'))).replace(/\r?\n$/, '');
  } catch (error) {
    throw new UsageError(
      `${flag} ${file} cannot be read.`,
      'Name a file that holds only the secret.',
      error instanceof Error ? error.message : String(error),
    );
  }
}

function notEmpty(secret: string, where: string): string {
  if (secret === '') throw new UsageError(`${where} holds no secret.`, 'Give the secret and nothing else.');
  return secret;
}
