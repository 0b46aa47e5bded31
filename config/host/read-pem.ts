import { readFileSync } from 'node:fs';
import { ConfigError } from '../errors';

/**
 * A PEM file that the environment names.
 * @param variable the one that does.
 * @throws ConfigError when it cannot be read.
 */
export function readPem(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError([{ variable, problem: `give the path of a PEM file that can be read; ${file} cannot` }]);
  }
}
