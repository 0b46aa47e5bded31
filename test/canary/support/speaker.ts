/** One answer as text: where it came from, status, headers without cookies, body. */
export interface Said {
  status: number;
  text: string;
  body: unknown;
  /** Where it leads; empty when it leads nowhere. */
  location: string;
}

/** Sends requests and keeps what is answered. */
export class Speaker {
  readonly answers: string[] = [];
  private readonly cookies = new Map<string, string>();

  constructor(
    private readonly url: string,
    private readonly headers: Record<string, string> = {},
  ) {}

  /** Sends this header from now on. */
  always(name: string, value: string): void {
    this.headers[name] = value;
  }

  /** @param unkept its answer shows a secret, this once and on purpose. */
  async ask(
    method: string,
    path: string,
    body?: unknown,
    { headers = {}, unkept = false }: { headers?: Record<string, string>; unkept?: boolean } = {},
  ): Promise<Said> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(this.url + path, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(60_000),
      headers: {
        ...(cookie !== '' && { cookie }),
        ...(body !== undefined && !(body instanceof URLSearchParams) && { 'content-type': 'application/json' }),
        ...this.headers,
        ...headers,
      },
      ...(body !== undefined && {
        body: typeof body === 'string' || body instanceof URLSearchParams ? body : JSON.stringify(body),
      }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      this.cookies.set(name, value);
    }
    const text = await response.text();
    const shown = [...response.headers].filter(([name]) => name !== 'set-cookie').map(([name, value]) => `${name}: ${value}`);
    if (!unkept) this.answers.push([`${method} ${path.split('?')[0]} ${response.status}`, ...shown, text].join('\n'));
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      text,
      body: isJson && text !== '' ? JSON.parse(text) : text,
      location: response.headers.get('location') ?? '',
    };
  }

  /** Values of the cookies that it was given. */
  get secrets(): string[] {
    return [...this.cookies.values()].map(decodeURIComponent);
  }
}
