import { adminPassword, type ApiServer } from '../../api/support/api-server';

export interface Seen {
  status: number;
  headers: Headers;
  /** Where the answer leads; null when it leads nowhere. */
  location: string | null;
  html: string;
  /** The text of the page, without tags. */
  text: string;
}

type Fields = Record<string, string | string[]>;

/** Somebody with a browser that runs no scripts: keeps the session, and sends forms with the proof that stood on the last page. */
export class Visitor {
  private cookie: string | undefined;
  private proof = '';

  constructor(private readonly url: string) {}

  async get(path: string, headers: Record<string, string> = {}): Promise<Seen> {
    return this.ask(path, { headers });
  }

  /** Sends a form. */
  async post(path: string, fields: Fields = {}, { proof = this.proof, origin = this.url } = {}): Promise<Seen> {
    const body = new URLSearchParams(proof === '' ? {} : { _csrf: proof });
    for (const [name, value] of Object.entries(fields)) for (const item of [value].flat()) body.append(name, item);
    return this.ask(path, { method: 'POST', body, headers: { origin } });
  }

  async signIn(username: string, password: string): Promise<this> {
    const answer = await this.post('/ui/sign-in', { username, password, next: '/ui' });
    expect(answer).toMatchObject({ status: 303, location: '/ui' });
    await this.get('/ui');
    return this;
  }

  private async ask(path: string, { headers, ...init }: RequestInit & { headers: Record<string, string> }): Promise<Seen> {
    const response = await fetch(`${this.url}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { ...headers, ...(this.cookie !== undefined && { cookie: this.cookie }) },
    });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) this.cookie = set.split(';')[0];
    const html = await response.text();
    this.proof = /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? this.proof;
    return {
      status: response.status,
      headers: response.headers,
      location: response.headers.get('location'),
      html,
      text: textOf(html),
    };
  }
}

export const textOf = (html: string): string =>
  html
    .replaceAll(/<(head|script)[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ');

export const admin = (server: ApiServer): Promise<Visitor> => new Visitor(server.url).signIn('admin', adminPassword);

/** Back to no endpoints, no runs, and a Temporal that is up; users keep their roles. */
export async function clear(server: ApiServer): Promise<void> {
  server.temporal.reset();
  await server.database.pool.query('delete from run');
  await server.database.pool.query('delete from endpoint');
}

export const userPassword = 'a password of a test user';

/** Makes a user with roles, each everywhere or on one endpoint, and signs them in. */
export async function visitorWith(
  server: ApiServer,
  username: string,
  roles: { role: string; endpoint?: string }[],
): Promise<Visitor> {
  const made = await server.ask('POST', '/users', { body: { username, password: userPassword } });
  expect(made.status).toBe(201);
  for (const role of roles) {
    const given = await server.ask('POST', `${made.headers.get('location')}/roles`, { body: role });
    expect(given.status).toBe(201);
  }
  return new Visitor(server.url).signIn(username, userPassword);
}
