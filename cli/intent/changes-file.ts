import { readFile } from 'node:fs/promises';
import { stdin } from 'node:process';
import { text } from 'node:stream/consumers';
import { UsageError } from '../errors';

const EXAMPLE = '[{"op": "update", "kind": "qemu", "payload": {"vmid": 100, "memory_mib": 4096}}]';

/**
 * Changes as JSON from a file, or `-` for standard input: a list, or what `POST /intent/plan` takes.
 * @throws UsageError when it cannot be read, or is none of both.
 */
export async function readChanges(file: string): Promise<Record<string, unknown>> {
  const given = parse(await contentOf(file), file);
  if (Array.isArray(given)) return { diffs: given };
  if (typeof given === 'object' && given !== null && 'diffs' in given) return { ...given };
  throw new UsageError(`${file} holds no changes.`, `Write a list of them, such as ${EXAMPLE}.`);
}

async function contentOf(file: string): Promise<string> {
  try {
    return await (file === '-' ? text(stdin) : readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `${file} cannot be read.`,
      'Name a file of changes.',
      error instanceof Error ? error.message : String(error),
    );
  }
}

function parse(content: string, file: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw new UsageError(`${file} is no JSON.`, `Write changes as JSON, such as ${EXAMPLE}.`);
  }
}
