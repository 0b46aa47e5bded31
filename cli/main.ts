#!/usr/bin/env node
import { argv, env, exit, stderr, stdin, stdout } from 'node:process';
import { runProgram } from './program';

/** The `proxbox` command: a client of the API. Exit codes and flags are a contract; see its reference page. */
async function main(): Promise<void> {
  const interruption = new AbortController();
  // Once: a second Ctrl-C ends the process at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort(signal));
  for (const stream of [stdout, stderr]) stream.on('error', endWithReader);

  process.exitCode = await runProgram({ args: argv.slice(2), env, stdin, stdout, stderr, interrupted: interruption.signal });
}

/** Whoever reads our output, such as `head`, has seen enough. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  exit();
}

void main();
