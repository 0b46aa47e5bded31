/** One answer, as it came: for cases that state raw facts, apart from our client. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed when it is JSON, else the text. */
  readonly body: unknown;
  /** The body as one object; fails when it is none. */
  row(): Row;
  /** The rows of a list page or of a bulk answer; fails when it is neither. */
  rows(): Row[];
}

export type Row = { readonly id: number; readonly [field: string]: unknown };

/** Plain requests to NetBox's API with one token. */
export interface RawApi {
  get(path: string, headers?: Record<string, string>): Promise<RawAnswer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<RawAnswer>;
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<RawAnswer>;
  delete(path: string, body?: unknown, headers?: Record<string, string>): Promise<RawAnswer>;
  options(path: string): Promise<RawAnswer>;
}

/** `authorization` undefined: anonymous. Paths are below `/api/` and keep the slash before their query. */
export function rawApi(url: string, authorization: string | undefined): RawApi {
  async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<RawAnswer> {
    const answer = await fetch(`${url}/api/${path}`, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        // Gunicorn closes idle connections after two seconds, and a test may pause longer than that.
        connection: 'close',
        ...(authorization === undefined ? {} : { authorization }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.includes('json') ?? false;
    const parsed: unknown = json && text !== '' ? JSON.parse(text) : text;
    const misread = (what: string): Error =>
      new Error(`${method} ${path} answered ${answer.status} and no ${what}: ${text.slice(0, 500)}`);
    return {
      status: answer.status,
      headers: answer.headers,
      body: parsed,
      row: () => {
        if (!isRow(parsed)) throw misread('object');
        return parsed;
      },
      rows: () => {
        const rows: unknown = isRecord(parsed) ? parsed['results'] : parsed;
        if (!Array.isArray(rows) || !rows.every(isRow)) throw misread('rows');
        return rows;
      },
    };
  }
  return {
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    patch: (path, body, headers) => send('PATCH', path, body, headers),
    delete: (path, body, headers) => send('DELETE', path, body, headers),
    options: path => send('OPTIONS', path),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRow(value: unknown): value is Row {
  return isRecord(value) && typeof value['id'] === 'number';
}
