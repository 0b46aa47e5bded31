import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UsageError } from '../errors';

/** Questions to the person at the terminal. */
export interface Asking {
  /** False in cron, in pipes, and with `--no-input`. */
  possible: boolean;
  /** True for yes. */
  confirm(question: string): Promise<boolean>;
  line(question: string): Promise<string>;
  /** Reads without showing what is typed. */
  hidden(question: string): Promise<string>;
}

export interface AskingOptions {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream & { isTTY?: boolean };
  allowed: boolean;
  signal: AbortSignal;
}

export function createAsking({ input, output, allowed, signal }: AskingOptions): Asking {
  const possible = allowed && input.isTTY === true && output.isTTY === true;
  const read = async (lines: Interface, question: string): Promise<string> => {
    // With a terminal of its own, readline takes Ctrl-C for itself.
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    try {
      return (await lines.question(question, { signal })).trim();
    } catch (error) {
      // Ctrl-D is no answer.
      if (!signal.aborted && error instanceof Error && error.name === 'AbortError') return '';
      throw error;
    } finally {
      lines.close();
    }
  };
  const line = (question: string): Promise<string> => read(createInterface({ input, output, terminal: true }), `${question} `);
  return {
    possible,
    line,
    confirm: async question => /^y(es)?$/i.test(await line(`${question} [y/N]`)),
    async hidden(question) {
      // The terminal stops its echo first: somebody may type before the question is read.
      const lines = createInterface({ input, output: nowhere(), terminal: true });
      output.write(`${question} `);
      const answer = await read(lines, '');
      output.write('\n');
      return answer;
    },
  };
}

const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/**
 * Lets a change through that has few consequences: with `--yes`, or when a person agrees.
 * @throws UsageError where nobody can be asked.
 */
export async function agreed(asking: Asking, yes: boolean | undefined, question: string): Promise<boolean> {
  if (yes === true) return true;
  if (!asking.possible) throw new UsageError(`${question} Nobody can be asked here.`, 'Repeat the command with --yes.');
  return asking.confirm(question);
}
