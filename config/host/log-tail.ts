import { readFileSync } from 'node:fs';

/** The last lines of a log file, for an error; empty when there is none. */
export function logTail(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-15).join('\n');
  } catch {
    return '';
  }
}
