import type { EndpointListView, EndpointView } from '../../api/endpoints/schema';
import type { UserListView, UserView } from '../../api/people/schema';
import type { RunView } from '../../api/runs/schema';
import type { SettingListView } from '../../api/settings/schema';
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
  async putEndpoint({ name, url, tls, tokenId, tokenSecret, tour }: ProxmoxSource): Promise<EndpointView> {
    const token = (principal: string, secret: string) => ({ kind: 'token', principal, secret });
    const write = tour && { write: token(tour.writer.tokenId, tour.writer.secret) };
    const body = {
      ...{ name, url, tls, allowWrites: tour !== undefined },
      credentials: { read: token(tokenId, tokenSecret), ...write },
    };
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

  /** Creates a user who may decide about deletions, or gives the one of that name this password. */
  async putApprover(username: string, password: string): Promise<void> {
    const { items } = await this.ask<UserListView>('GET', '/users?limit=200');
    const existing = items.find(user => user.username === username);
    if (existing !== undefined) return this.ask('PUT', `/users/${existing.id}/password`, { password });
    const { id } = await this.ask<UserView>('POST', '/users', { username, displayName: 'Erin, who approves', password });
    await this.ask('POST', `/users/${id}/roles`, { role: 'approver' });
  }

  async setSettings(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const { version } = await this.ask<SettingListView>('GET', '/settings');
    await this.ask('PATCH', '/settings', settings, { 'if-match': `"${version}"` });
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
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}
