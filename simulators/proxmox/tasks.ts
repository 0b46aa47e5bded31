import type { Clock } from './clock';
import { ApiError } from './errors';

export interface Task {
  upid: string;
  node: string;
  pid: number;
  pstart: number;
  starttime: number;
  type: string;
  id: string;
  /** `user@realm` or `user@realm!token`. */
  identity: string;
  log: string[];
  /** Milliseconds; when the work is done and its effect shows. */
  endsAt: number;
  endtime?: number;
  /** `OK`, `WARNINGS: n` or the error text; not set while it runs. */
  exit?: string;
}

export interface TaskSpec {
  node: string;
  type: string;
  id: string | number;
  identity: string;
  /** The effect, at the end of the task. A thrown ApiError's message becomes the exit text; a returned number counts warnings. */
  work: (log: (line: string) => void) => number | void;
  /** Called when the task is stopped or told to fail, instead of the work. */
  undo?: () => void;
  /** How long it takes; the simulator's usual time when not given. */
  duration?: number;
}

/** How the next matching tasks shall end, whatever their work would say. */
export interface PlannedExit {
  type?: string;
  id?: string;
  /** `WARNINGS: n` keeps the effect; every other text than `OK` suppresses it. */
  exit: string;
  count: number;
}

interface Running {
  task: Task;
  spec: TaskSpec;
}

/** Finished tasks beyond this many are forgotten, oldest first. */
const LIMIT = 20_000;

/** Tasks end when somebody looks after their time has come: there are no timers. */
export class Tasks {
  readonly planned: PlannedExit[] = [];
  private readonly all = new Map<string, Task>();
  private running: Running[] = [];
  private nextPid = 1000;

  constructor(
    private readonly clock: Clock,
    private readonly usualDuration: number,
  ) {}

  /** Starts a task and returns its UPID. */
  start(spec: TaskSpec): string {
    const now = this.clock.now();
    const pid = this.nextPid++;
    const starttime = Math.floor(now / 1000);
    const pstart = (Math.floor(now / 10) % 0x0fffffff) + 0x10000;
    const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0');
    const upid = `UPID:${spec.node}:${hex(pid)}:${hex(pstart)}:${hex(starttime)}:${spec.type}:${spec.id}:${spec.identity}:`;
    const task: Task = {
      upid,
      node: spec.node,
      pid,
      pstart,
      starttime,
      type: spec.type,
      id: String(spec.id),
      identity: spec.identity,
      log: [],
      endsAt: now + (spec.duration ?? this.usualDuration),
    };
    this.all.set(upid, task);
    if (this.all.size > LIMIT) this.forgetOldest();
    this.running.push({ task, spec });
    return upid;
  }

  /** Ends every task whose time has come, in order. */
  settle(): void {
    const now = this.clock.now();
    if (!this.running.some(({ task }) => task.endsAt <= now)) return;
    const due = this.running.filter(({ task }) => task.endsAt <= now).sort((a, b) => a.task.endsAt - b.task.endsAt);
    this.running = this.running.filter(({ task }) => task.endsAt > now);
    for (const item of due) this.finish(item);
  }

  get(upid: string): Task | undefined {
    return this.all.get(upid);
  }

  isRunning(upid: string): boolean {
    const task = this.all.get(upid);
    return task !== undefined && task.exit === undefined;
  }

  /** Newest first. */
  list(): Task[] {
    return [...this.all.values()].reverse();
  }

  /** Interrupts a running task; a finished one is left as it is. */
  stop(upid: string): void {
    const item = this.running.find(({ task }) => task.upid === upid);
    if (item === undefined) return;
    this.running = this.running.filter(other => other !== item);
    item.spec.undo?.();
    this.end(item.task, 'received interrupt');
  }

  /** Ends the running tasks of a type about an id at once, as `overrule-shutdown` does. */
  stopMatching(type: string, id: number): void {
    for (const { task } of this.running.filter(item => item.task.type === type && item.task.id === String(id)))
      this.stop(task.upid);
  }

  private forgetOldest(): void {
    for (const task of this.all.values()) {
      if (this.all.size <= LIMIT / 2) return;
      if (task.exit !== undefined) this.all.delete(task.upid);
    }
  }

  private finish({ task, spec }: Running): void {
    const plan = this.takePlan(task);
    const warnings = plan === undefined ? undefined : /^WARNINGS: \d+$/.exec(plan.exit);
    if (plan !== undefined && plan.exit !== 'OK' && !warnings) {
      spec.undo?.();
      return this.end(task, plan.exit);
    }
    try {
      const count = spec.work(line => task.log.push(line)) ?? 0;
      this.end(task, warnings?.[0] ?? (count > 0 ? `WARNINGS: ${count}` : 'OK'));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.end(task, error.message);
    }
  }

  private end(task: Task, exit: string): void {
    task.exit = exit;
    task.endtime = Math.floor(Math.min(task.endsAt, this.clock.now()) / 1000);
    task.log.push(exit === 'OK' ? 'TASK OK' : exit.startsWith('WARNINGS: ') ? `TASK ${exit}` : `TASK ERROR: ${exit}`);
  }

  private takePlan(task: Task): PlannedExit | undefined {
    const index = this.planned.findIndex(plan => (plan.type ?? task.type) === task.type && (plan.id ?? task.id) === task.id);
    const plan = this.planned[index];
    if (plan !== undefined && --plan.count <= 0) this.planned.splice(index, 1);
    return plan;
  }
}
