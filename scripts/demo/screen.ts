import { setTimeout as sleep } from 'node:timers/promises';

/** A line of something that is under way. */
export interface ProgressLine {
  name: string;
  /** Where it is; without a terminal, only a change of this is printed. */
  stage: string;
  /** How far it is, with what changes all the time. */
  detail: string;
}

/** What the demo says. On a terminal the lines of progress are drawn over themselves; elsewhere each change is a line. */
export interface Screen {
  say(line?: string): void;
  progress(lines: readonly ProgressLine[]): void;
  /** Ends the lines of progress; the last state of them stays. */
  settle(): void;
  bold(text: string): string;
  dim(text: string): string;
}

interface Terminal {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export function createScreen(out: Terminal, colors: boolean): Screen {
  const live = out.isTTY === true && colors;
  const paint = (code: number) => (text: string) => (live ? `\u001b[${code}m${text}\u001b[0m` : text);
  const dim = paint(2);
  const stages = new Map<string, string>();
  let drawn: string[] = [];

  const erase = (): void => {
    if (drawn.length > 0) out.write(`\u001b[${drawn.length}A\u001b[0J`);
  };
  const draw = (lines: string[]): void => {
    erase();
    drawn = lines;
    out.write(lines.map(line => `${line}\n`).join(''));
  };
  return {
    bold: paint(1),
    dim,
    say(line = '') {
      erase();
      out.write(`${line}\n`);
      if (drawn.length > 0) out.write(drawn.map(each => `${each}\n`).join(''));
    },
    progress(lines) {
      if (live) {
        const width = Math.max(20, (out.columns ?? 80) - 1);
        draw(lines.map(({ name, stage, detail }) => `  ${name.padEnd(10)} ${stage.padEnd(24)} ${detail}`.slice(0, width)));
        return;
      }
      for (const { name, stage, detail } of lines) {
        if (stages.get(name) === stage) continue;
        stages.set(name, stage);
        out.write(`  ${name}: ${stage}${detail === '' ? '' : ` ${detail}`}\n`);
      }
    },
    settle() {
      drawn = [];
      stages.clear();
    },
  };
}

/** Says that something is done, with how long it took. */
export async function timed<T>(screen: Screen, what: string, work: () => Promise<T>, describe: (value: T) => string): Promise<T> {
  const started = performance.now();
  const ticker = new AbortController();
  const ticking = tick(screen, what, started, ticker.signal);
  try {
    const value = await work();
    ticker.abort();
    await ticking;
    screen.say(`  ${what.padEnd(12)} ${describe(value)} ${screen.dim(secondsSince(started))}`);
    return value;
  } finally {
    ticker.abort();
    await ticking;
  }
}

async function tick(screen: Screen, what: string, started: number, signal: AbortSignal): Promise<void> {
  // What is quick needs no line of its own before it is done.
  while (await sleep(400, true, { signal }).catch(() => false)) {
    screen.progress([{ name: what, stage: 'starting', detail: secondsSince(started) }]);
  }
  screen.progress([]);
  screen.settle();
}

export const secondsSince = (started: number): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
