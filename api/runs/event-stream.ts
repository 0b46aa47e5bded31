import type { Response } from 'express';
import { readRunEvents, type RunEventRead, type RunEventStream } from '../../database/repositories/run-events';
import type { ApiDatabase, ApiLog } from '../dependencies';
import type { RunEventSignal } from './event-signal';

const HEARTBEAT_MS = 15_000;
/** The signal is a hint; this is how late news may be when it is lost. */
const LOOK_EVERY_MS = 2_000;
const PAGE = 500;
/** A browser that loses its connection waits so long before it makes another one. */
const RETRY_MS = 1_000;

export interface StreamOptions {
  database: ApiDatabase;
  signal: RunEventSignal;
  stream: RunEventStream;
  /** Number of the last event that the client has. */
  after: number;
  /** Ends all streams of this process. */
  stopping: AbortSignal;
  log: Pick<ApiLog, 'warn'>;
  /** Asked at each heartbeat: whether the caller may still see the run. */
  mayGoOn(): Promise<boolean>;
}

/** Sends a run's events as they are told, and ends after its `complete`. A client that is cut off goes on where it was, on whichever process. */
export async function streamRunEvents(res: Response, options: StreamOptions): Promise<void> {
  const { database, signal, stream, stopping } = options;
  const gone = new AbortController();
  const news = new News();
  const end = (): void => {
    gone.abort();
    news.arrive();
  };
  res.on('close', end);
  stopping.addEventListener('abort', end);
  const unsubscribe = signal.subscribe(stream.rootId, () => news.arrive());
  try {
    // A proxy must not wait for more before it passes on what it has.
    res.status(200).set({ 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
    res.write(`retry: ${RETRY_MS}\n\n`);
    let { after } = options;
    let beatAt = Date.now() + HEARTBEAT_MS;
    while (!gone.signal.aborted && !stopping.aborted) {
      const events = await readRunEvents(database, stream, after, PAGE);
      for (const event of events) {
        await send(res, toFrame(event), gone.signal);
        after = event.id;
        if (isEnd(event, stream)) return;
      }
      if (events.length === PAGE) continue;
      if (Date.now() >= beatAt) {
        if (!(await options.mayGoOn())) return;
        await send(res, ': keepalive\n\n', gone.signal);
        beatAt = Date.now() + HEARTBEAT_MS;
      }
      await news.wait(Math.min(LOOK_EVERY_MS, Math.max(0, beatAt - Date.now())));
    }
  } catch (error) {
    // Too late for another status. Whoever was cut off asks again, and hears then what is wrong.
    options.log.warn({ runId: stream.runId, err: error }, 'a stream of events was cut off');
  } finally {
    unsubscribe();
    stopping.removeEventListener('abort', end);
    res.end();
  }
}

const isEnd = ({ event, runId }: RunEventRead, stream: RunEventStream): boolean => event === 'complete' && runId === stream.runId;

/** JSON has no line breaks, so one line of data is enough. */
function toFrame({ id, event, data, runId, endpoint, at }: RunEventRead): string {
  const body = { ...data, run: runId, endpoint, time: at.toISOString() };
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(body)}\n\n`;
}

/** A slow reader is waited for, not buffered for. */
async function send(res: Response, text: string, gone: AbortSignal): Promise<void> {
  if (gone.aborted || res.write(text)) return;
  await new Promise<void>(resolve => {
    const go = (): void => {
      res.off('drain', go);
      gone.removeEventListener('abort', go);
      resolve();
    };
    res.on('drain', go);
    gone.addEventListener('abort', go);
  });
}

/** What arrives while nobody waits is kept: the next wait ends at once. */
class News {
  private arrived = false;
  private wake: (() => void) | undefined;

  arrive(): void {
    this.arrived = true;
    this.wake?.();
  }

  async wait(ms: number): Promise<void> {
    if (!this.arrived) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, ms);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.arrived = false;
    this.wake = undefined;
  }
}
