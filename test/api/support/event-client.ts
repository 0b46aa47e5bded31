/** One event as it arrived. */
export interface SentEvent {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

export interface EventStream {
  status: number;
  headers: Headers;
  /** The next event. Rejects when the stream ends instead, or is cut off. */
  next(): Promise<SentEvent>;
  /** All events until the stream's end. */
  rest(): Promise<SentEvent[]>;
  close(): Promise<void>;
}

/** Follows a stream of server-sent events, as a program does. */
export async function followEvents(url: string, headers: Record<string, string>): Promise<EventStream> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const events = response.body === null ? undefined : eventsIn(response.body);
  return {
    status: response.status,
    headers: response.headers,
    async next() {
      const step = await events?.next();
      if (step === undefined || step.done === true) throw new Error(`the stream ended (${response.status})`);
      return step.value;
    },
    async rest() {
      const all: SentEvent[] = [];
      for await (const event of events ?? []) all.push(event);
      return all;
    },
    async close() {
      abort.abort();
      await events?.return(undefined).catch(() => {});
    },
  };
}

/** Comments, such as heartbeats, and `retry` are left out. */
async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<SentEvent, undefined> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const fields = Object.fromEntries(
        frame.split('\n').map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      const { id, event, data } = fields;
      if (id !== undefined && event !== undefined && data !== undefined) yield { id, event, data: JSON.parse(data) };
    }
  }
  return undefined;
}
