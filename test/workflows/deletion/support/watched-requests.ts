/** Watches the requests that activities make: to Proxmox and NetBox over HTTP, and to PostgreSQL where something is written. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Client, Pool, type PoolClient } from 'pg';
import { Dispatcher } from 'undici';
import type { Attempt } from './standstill';

/** The attempt in which code runs. */
export const doing = new AsyncLocalStorage<Attempt>();

type Call<This, T> = (this: This, ...given: unknown[]) => Promise<T>;

/** Of its several signatures the one that gives a promise. */
const methodOf = <This, T>(prototype: object, name: string): Call<This, T> => Reflect.get(prototype, name) as Call<This, T>;

export function watchRequests(): void {
  watchHttp();
  watchPool();
  watchTransactions();
}

function watchHttp(): void {
  const request = methodOf<Dispatcher, Dispatcher.ResponseData>(Dispatcher.prototype, 'request');
  const watched: Call<Dispatcher, Dispatcher.ResponseData> = async function (options, ...rest) {
    const work = doing.getStore();
    if (!work) return request.call(this, options, ...rest);
    const { method, path } = options as Dispatcher.RequestOptions;
    const name = `${path.startsWith('/api2/') ? 'Proxmox' : 'NetBox'} ${method} ${pattern(path, work.vmid)}`;
    let answer: Dispatcher.ResponseData | undefined;
    try {
      return await work.request(name, async () => (answer = await request.call(this, options, ...rest)));
    } catch (error) {
      // A connection whose answer nobody reads would be kept from others.
      await answer?.body.dump();
      throw error;
    }
  };
  Reflect.set(Dispatcher.prototype, 'request', watched);
}

/** A path without what differs from run to run. */
export const pattern = (path: string, vmid: number | null): string =>
  path
    .replace(/\?.*$/, '')
    .replace(/^\/api2\/json|^\/api(?=\/)/, '')
    .replace(/^\/nodes\/[^/]+/, '/nodes/{node}')
    .replace(/UPID[^/]+/, '{upid}')
    .replace(/\/(qemu|lxc)\/(\d+)/, (_, kind: string, id: string) => `/${kind}/${Number(id) === vmid ? '{vmid}' : '{other}'}`)
    .replace(/\/\d+(?=\/|$)/g, '/{id}');

/** Connections that a single statement borrows: it is watched as a whole, since it may have waited for whoever gave the connection back. */
const borrowed = new WeakSet<object>();

function watchPool(): void {
  const watched: Call<Pool, unknown> = async function (text, ...rest) {
    const work = doing.getStore();
    const send = (): Promise<unknown> => alone(this, client => client.query(String(text), ...(rest as [unknown[]])));
    if (!work) return send();
    work.guest.refuse();
    const written = writtenBy(String(text));
    return written === undefined ? send() : work.request(`PostgreSQL ${written}`, send);
  };
  Reflect.set(Pool.prototype, 'query', watched);
}

async function alone<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  borrowed.add(client);
  try {
    return await work(client);
  } finally {
    borrowed.delete(client);
    client.release();
  }
}

const writtenBy = (statement: string): string | undefined => {
  const found = /\b(insert)\s+into\s+(\w+)|\b(delete)\s+from\s+(\w+)|^\s*(update)\s+(\w+)/i.exec(statement)?.slice(1);
  return found && found.filter(Boolean).join(' ').toLowerCase();
};

/** A transaction is one request: before it begins, and after it is committed. What was begun is always rolled back. */
function watchTransactions(): void {
  const query = methodOf<Client, unknown>(Client.prototype, 'query');
  const open = new WeakMap<Client, { commit: () => void; over: Promise<unknown> }>();
  const watched: Call<Client, unknown> = async function (text, ...rest) {
    const work = doing.getStore();
    if (!work || borrowed.has(this) || text === 'rollback') return query.call(this, text, ...rest);
    if (text === 'begin') {
      let commit = (): void => {};
      const committed = new Promise<void>(resolve => (commit = resolve));
      let begun = (): void => {};
      const started = new Promise<void>(resolve => (begun = resolve));
      const over = work.request('PostgreSQL transaction', () => (begun(), committed));
      over.catch(() => {});
      open.set(this, { commit, over });
      await Promise.race([started, over]);
    }
    work.guest.refuse();
    const answer = await query.call(this, text, ...rest);
    if (text === 'commit') {
      open.get(this)?.commit();
      await open.get(this)?.over;
    }
    return answer;
  };
  Reflect.set(Client.prototype, 'query', watched);
}
