/** Follows redirects as a browser does, with the cookies of each host, and can stop on the way. */
export class Browser {
  private readonly cookies = new Map<string, Map<string, string>>();

  /** @param behind where an origin really is: what a proxy would do. */
  constructor(private readonly behind: Readonly<Record<string, string>>) {}

  /** One request; nothing is followed. */
  visit(url: string): Promise<Response> {
    return this.send(url, {});
  }

  /** Sends a form of the page that is shown. */
  post(url: string, fields: Record<string, string>): Promise<Response> {
    const { origin } = new URL(url);
    return this.send(url, { method: 'POST', body: new URLSearchParams(fields) }, { 'sec-fetch-site': 'same-origin', origin });
  }

  private async send(url: string, init: RequestInit, headers: Record<string, string> = {}): Promise<Response> {
    const jar = this.jarOf(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const { origin } = new URL(url);
    const response = await fetch(url.replace(origin, this.behind[origin] ?? origin), {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', ...headers, ...(cookie !== '' && { cookie }) },
    });
    for (const set of response.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(set)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Follows redirects from an address until `until` says that one must not be followed; gives that one. */
  async followTo(url: string, until: (url: URL) => boolean): Promise<string> {
    for (let hops = 0; hops < 15; hops++) {
      if (until(new URL(url))) return url;
      const response = await this.visit(url);
      const location = response.headers.get('location');
      if (location === null) throw new Error(`${url} answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
      url = new URL(location, url).href;
    }
    throw new Error(`no end of redirects at ${url}`);
  }

  private jarOf(url: string): Map<string, string> {
    const { host } = new URL(url);
    const jar = this.cookies.get(host) ?? new Map<string, string>();
    this.cookies.set(host, jar);
    return jar;
  }
}
