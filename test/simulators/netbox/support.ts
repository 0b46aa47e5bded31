import { type NetBoxSimulatorOptions, type RunningNetBox, startNetBoxSimulator } from '../../../simulators/netbox/server';

/** A JSON object of an answer; tests look into it freely. */
export type Body = { [key: string]: unknown } & { id?: number; results?: Body[]; count?: number | null };

export interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly list: Body[];
  readonly text: string;
  readonly headers: Headers;
}

export interface Api {
  readonly running: RunningNetBox;
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  remove(path: string, body?: unknown): Promise<Answer>;
  control(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Creates one object and gives its id; fails when it is refused. */
  make(endpoint: string, body: object): Promise<number>;
  as(token: string): Api;
}

/** Starts a simulator and gives a small client for it. Close it with `api.running.close()`. */
export async function startApi(options: NetBoxSimulatorOptions = {}): Promise<Api> {
  const running = await startNetBoxSimulator(options);
  return apiOf(running, running.token);
}

function apiOf(running: RunningNetBox, token: string): Api {
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(`${running.url}${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {};
    return {
      status: response.status,
      body: Array.isArray(parsed) ? {} : (parsed as Body),
      list: Array.isArray(parsed) ? (parsed as Body[]) : ((parsed as Body).results ?? []),
      text,
      headers: response.headers,
    };
  };
  const request = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    send(method, `/api/${path}`, body, { authorization: token, ...headers });
  return {
    running,
    request,
    get: path => request('GET', path),
    post: (path, body) => request('POST', path, body),
    patch: (path, body, headers) => request('PATCH', path, body, headers),
    remove: (path, body) => request('DELETE', path, body),
    control: (method, path, body) => send(method, `/__sim/${path}`, body),
    make: async (endpoint, body) => {
      const answer = await request('POST', `${endpoint}/`, body);
      if (answer.status !== 201 || answer.body.id === undefined) throw new Error(`${endpoint}: ${answer.status} ${answer.text}`);
      return answer.body.id;
    },
    as: other => apiOf(running, other),
  };
}

/** A site, a cluster type and a cluster in that site. */
export async function makeCluster(api: Api, name = 'c1'): Promise<{ site: number; cluster: number }> {
  const site = await api.make('dcim/sites', { name: `site ${name}`, slug: `site-${name}` });
  const type = await api.make('virtualization/cluster-types', { name: `type ${name}`, slug: `type-${name}` });
  const cluster = await api.make('virtualization/clusters', { name, type, scope_type: 'dcim.site', scope_id: site });
  return { site, cluster };
}

export const VMS = 'virtualization/virtual-machines';
export const INTERFACES = 'virtualization/interfaces';
export const DISKS = 'virtualization/virtual-disks';
export const MACS = 'dcim/mac-addresses';
export const ADDRESSES = 'ipam/ip-addresses';
