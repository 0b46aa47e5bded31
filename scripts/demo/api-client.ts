import type { EndpointListView, EndpointView } from '../../api/endpoints/schema';
import type { RunView } from '../../api/runs/schema';
import { DemoError } from './options';
import type { ProxmoxSource } from './proxmox';

export type { RunView } from '../../api/runs/schema';

/** The API as any user has it: over HTTP, with a key. */
export class ApiClient {
  constructor(
    readonly url: string,
    readonly key: string,
  ) {}

  /** Creates the endpoint, or gives the one of that name the address and the credential that it has now. */
  async putEndpoint({ name, url, tls, tokenId, tokenSecret }: ProxmoxSource): Promise<EndpointView> {
    const body = { name, url, tls, credentials: { read: { kind: 'token', principal: tokenId, secret: tokenSecret } } };
    const { items } = await this.ask<EndpointListView>('GET', '/endpoints');
    const existing = items.find(endpoint => endpoint.name === name);
    if (existing === undefined) return this.ask('POST', '/endpoints', body);
    return this.ask('PATCH', `/endpoints/${existing.id}`, body, { 'if-match': `"${existing.version}"` });
  }

  startSync(endpoints: readonly string[]): Promise<RunView> {
    return this.ask('POST', '/full-update', { endpoints });
  }

  run(id: string): Promise<RunView> {
    return this.ask('GET', `/runs/${id}`);
  }

  /** Lets a plan that waits for a person be written. */
  confirm({ id, planDigest }: Pick<RunView, 'id' | 'planDigest'>): Promise<RunView> {
    return this.ask('POST', `/runs/${id}/confirm`, { planDigest });
  }

  private async ask<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new DemoError(`The API answered ${response.status} to ${method} ${path}: ${text.slice(0, 1000)}`);
    return JSON.parse(text) as T;
  }
}
