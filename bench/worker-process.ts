import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { environment } from './environment';

export interface WorkerProcess {
  /** Highest resident memory so far in MB, native code included; undefined where the system does not tell (it is Linux that does). */
  peakMemoryMb(): number | undefined;
  stop(): Promise<void>;
}

/** The worker as operators run it, in a process of its own, so that its memory is measured alone. Ready when this returns. */
export async function startWorkerProcess(env: Record<string, string>): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [join(__dirname, '../worker/main.js')], {
    env: { ...environment, ...env, PROXBOX_LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', line => {
      if (line.includes('worker: ready')) resolve();
      if (/"level":[456]0/.test(line)) process.stderr.write(`${line}\n`);
    });
    child.once('exit', code => reject(new Error(`The worker ended with ${code} before it was ready.`)));
  });
  return {
    peakMemoryMb: () => peakMemoryMb(child.pid),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function peakMemoryMb(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
}
