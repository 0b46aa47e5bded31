const DEFAULT_PORT = '8006';
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

export type Address = { url: string } | { problem: string };

/**
 * The origin of a Proxmox address, with its port written out: 8006 unless another is given, also where a browser would leave it away. Of the
 * address of a page what follows the `#` is dropped: it is never sent.
 * @param useHttps the scheme, as Proxbox says it; it counts before the one that stands in the address, and makes one unnecessary.
 */
export function parseAddress(given: string, useHttps?: boolean): Address {
  const text =
    useHttps === undefined ? given.trim() : `http${useHttps ? 's' : ''}://${given.trim().replace(/^[a-z]+:\/\//i, '')}`;
  if (!URL.canParse(text)) return { problem: 'Give a URL such as https://pve.example.com:8006.' };
  const { protocol, hostname, username, password, pathname, search } = new URL(text);
  if (username !== '' || password !== '')
    return { problem: 'Leave user and password out of the URL: they belong into credentials.' };
  if (hostname === '') return { problem: 'Give a host.' };
  if (protocol === 'http:' && !LOOPBACK.test(hostname)) {
    return {
      problem:
        'Use https (use_https: true): over http the secret would cross the network in clear. Only a loopback host may have http.',
    };
  }
  if (protocol !== 'https:' && protocol !== 'http:') return { problem: 'Use https.' };
  if (pathname !== '/' || search !== '')
    return { problem: 'Give the address alone, without a path: https://pve.example.com:8006.' };
  return { url: `${protocol}//${hostname}:${writtenPort(text) ?? DEFAULT_PORT}` };
}

/** The port as it was written: `URL` forgets one that is the default of its scheme. */
function writtenPort(text: string): string | undefined {
  const authority = /^\s*[a-z]+:[\\/]*([^\\/?#]*)/i.exec(text)?.[1] ?? '';
  const port = /:(\d+)\s*$/.exec(authority)?.[1];
  return port === undefined ? undefined : String(Number(port));
}
