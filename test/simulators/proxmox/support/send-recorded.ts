import { request as send } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { ProxmoxSimulator } from '../../../../simulators/proxmox/simulator';
import { expand, type RecordedCase } from './recorded-case';

export interface Answer {
  status: number;
  reason: string;
  contentType: string | undefined;
  text: string;
}

/** Who each recorded identity is in the simulator. */
async function credentials(simulator: ProxmoxSimulator, auth: string): Promise<Record<string, string>> {
  const { tokens } = simulator;
  const token = (name: keyof typeof tokens): Record<string, string> => ({
    authorization: `PVEAPIToken=${tokens[name].tokenId}=${tokens[name].secret}`,
  });
  const known: Record<string, Record<string, string>> = {
    none: {},
    'HTTP Basic': { authorization: 'Basic cm9vdDpyb290' },
    'token, wrong secret': { authorization: `PVEAPIToken=${tokens.read.tokenId}=00000000-0000-0000-0000-000000000000` },
    'token, unknown user': { authorization: `PVEAPIToken=ghost@pve!x=${tokens.read.secret}` },
    'token, unknown id': { authorization: `PVEAPIToken=auditor@pve!ghost=${tokens.read.secret}` },
    'token, malformed': { authorization: 'PVEAPIToken=nonsense' },
    'token, lower-case scheme': { authorization: `pveapitoken=${tokens.read.tokenId}=${tokens.read.secret}` },
    'token, space instead of first =': { authorization: `PVEAPIToken ${tokens.read.tokenId}=${tokens.read.secret}` },
    'cookie with garbage': { cookie: 'PVEAuthCookie=garbage' },
    'cookie with a forged ticket': { cookie: 'PVEAuthCookie=PVE:root@pam:6B000000::Zm9yZ2Vk' },
  };
  const found = known[auth];
  if (found !== undefined) return found;
  if (auth.startsWith('ticket')) return ticket(simulator, auth);
  const tokenId = /^token ([^ ]+)/.exec(auth)?.[1];
  if (tokenId === 'net@pve!tk') return { authorization: 'PVEAPIToken=net@pve!tk=f0000000-0000-4000-a000-000000000001' };
  for (const [name, credential] of Object.entries(tokens)) {
    if (credential.tokenId === tokenId) return token(name as keyof typeof tokens);
  }
  throw new Error(`the recording's caller is unknown: ${auth}`);
}

async function ticket(simulator: ProxmoxSimulator, auth: string): Promise<Record<string, string>> {
  const username = auth.includes('writer@pve') ? 'writer@pve' : 'auditor@pve';
  simulator.world.addUser({ userid: username, password: 'PASSWORD' });
  const answer = await exchange(
    simulator,
    'POST',
    '/api2/json/access/ticket',
    {},
    `username=${username}&password=PASSWORD`,
    'application/x-www-form-urlencoded',
  );
  const { data }: { data: { ticket: string; CSRFPreventionToken: string } } = JSON.parse(answer.text);
  const csrf = auth.includes('wrong CSRF') ? '00000000:wrong' : auth.includes('+ CSRF') ? data.CSRFPreventionToken : undefined;
  return {
    cookie: `PVEAuthCookie=${encodeURIComponent(data.ticket)}`,
    ...(csrf === undefined ? {} : { csrfpreventiontoken: csrf }),
  };
}

/** Sends the request as it was recorded; `params` replaces the recorded parameters. */
export async function sendRecorded(
  simulator: ProxmoxSimulator,
  recorded: RecordedCase,
  changes: { path?: string; params?: Record<string, unknown> } = {},
): Promise<Answer> {
  const { method, auth, encoding, rawBody, contentType, headers } = recorded.request;
  const params = Object.fromEntries(
    Object.entries(changes.params ?? recorded.request.params ?? {}).map(([key, value]) => [key, expand(value)]),
  );
  let path = changes.path ?? recorded.request.path;
  let body: string | undefined;
  let type: string | undefined;
  if (rawBody !== undefined) {
    body = /^<(\d+) bytes>$/.test(rawBody) ? 'x'.repeat(Number(rawBody.slice(1, -' bytes>'.length))) : rawBody;
    type = contentType;
  } else if (encoding === 'json') {
    body = JSON.stringify(params);
    type = 'application/json';
  } else if (encoding === 'query') {
    path += `${path.includes('?') ? '&' : '?'}${form(params)}`;
  } else if (encoding === 'form') {
    body = form(params);
    type = 'application/x-www-form-urlencoded';
  }
  return exchange(simulator, method, path, { ...headers, ...(await credentials(simulator, auth)) }, body, type);
}

function form(params: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) search.append(key, String(value));
  return search.toString();
}

export function exchange(
  simulator: ProxmoxSimulator,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
  contentType?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = {
      ...headers,
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    };
    const request = send({ host: '127.0.0.1', port: simulator.port, method, path, headers: all, agent: false }, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          reason: response.statusMessage ?? '',
          contentType: response.headers['content-type'],
          text: (response.headers['content-encoding'] === 'gzip'
            ? gunzipSync(Buffer.concat(chunks))
            : Buffer.concat(chunks)
          ).toString('utf8'),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}
