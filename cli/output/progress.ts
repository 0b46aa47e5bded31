import { plain } from './colors';

/** How far something is. */
export interface ProgressLine {
  name: string;
  /** Without a terminal, only a change of this is printed. */
  stage: string;
  /** What changes all the time. */
  detail: string;
}

/** On a terminal one block that is drawn over itself; elsewhere, as in cron, a line with its time for each change of stage. */
export interface Progress {
  show(lines: readonly ProgressLine[]): void;
  /** Takes the block away, so that something else can be written. */
  clear(): void;
}

export interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

export const noProgress: Progress = { show: () => {}, clear: () => {} };

export const createProgress = (screen: Screen, live: boolean): Progress => (live ? liveBlock(screen) : plainLines(screen));

function liveBlock(screen: Screen): Progress {
  let height = 0;
  const erased = (): string => (height > 0 ? `\u001b[${height}A\u001b[0J` : '');
  return {
    clear() {
      if (height > 0) screen.write(erased());
      height = 0;
    },
    show(lines) {
      // A terminal that does not tell its size says 0.
      const width = (screen.columns || 80) - 1;
      const fitting = lines.slice(0, (screen.rows || 24) - 1);
      const names = Math.max(...fitting.map(({ name }) => name.length));
      const rows = fitting.map(({ name, stage, detail }) => plain(`${name.padEnd(names)}  ${stage.padEnd(22)}  ${detail}`));
      screen.write(erased() + rows.map(row => `${row.slice(0, width).trimEnd()}\n`).join(''));
      height = rows.length;
    },
  };
}

function plainLines(screen: Screen): Progress {
  const stages = new Map<string, string>();
  return {
    clear: () => {},
    show(lines) {
      for (const { name, stage, detail } of lines) {
        if (stages.get(name) === stage) continue;
        stages.set(name, stage);
        screen.write(`${new Date().toISOString()} ${plain(`${name}: ${stage} ${detail}`).trimEnd()}\n`);
      }
    },
  };
}
