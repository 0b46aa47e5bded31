import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { environment } from './environment';

export interface WorkerProcess {
  /** Highest resident memory so far in MB, native code included; undefined where the system does not tell (it is Linux that does). */
  peakMemoryMb(): number | undefined;
  /** Processor seconds so far, in the same places. */
  cpuSeconds(): number | undefined;
  /** Rejects when it ends by itself. */
  died: Promise<never>;
  stop(): Promise<void>;
}

/** The worker as operators run it, in a process of its own, so that its memory is measured alone. Ready when this returns. */
export async function startWorkerProcess(env: Record<string, string>): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [join(__dirname, '../worker/main.js')], {
    env: { ...environment, ...env, PROXBOX_LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const died = ended.then(([code]: unknown[]) => Promise.reject(new Error(`The worker ended with ${String(code)}.`)));
  died.catch(() => {});
  const ready = new Promise<void>(resolve => {
    createInterface({ input: child.stdout }).on('line', line => {
      if (line.includes('worker: ready')) resolve();
      if (/"level":[456]0/.test(line)) process.stderr.write(`${line}\n`);
    });
  });
  await Promise.race([ready, died]);
  return {
    died,
    peakMemoryMb: () => peakMemoryMb(child.pid),
    cpuSeconds: () => cpuSeconds(child.pid),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function peakMemoryMb(pid: number | undefined): number | undefined {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(ofProcess(pid, 'status'))?.[1];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
}

/** Fields 14 and 15 of its `stat`, in hundredths of a second, counted after the name, which may hold spaces. */
function cpuSeconds(pid: number | undefined): number | undefined {
  const stat = ofProcess(pid, 'stat');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' ? undefined : (Number(fields[11]) + Number(fields[12])) / 100;
}

function ofProcess(pid: number | undefined, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
