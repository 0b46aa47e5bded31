import { randomBytes, randomInt } from 'node:crypto';
import { createNetBoxClient, type NetBoxClient, type NetBoxClientOptions } from '../../../../clients/netbox/client';
import type { NetBoxSession } from '../../../../clients/netbox/session';
import { authorizationHeader } from '../../../../clients/netbox/token';
import { rawApi, type RawApi, type Row } from './api';
import { branchingTargets, targets, type Target } from './targets';

/** One NetBox under test, with what a case needs. Everything that is made through it is deleted at the end of the file. */
export interface NetBoxUnderTest {
  readonly url: string;
  readonly token: string;
  readonly session: NetBoxSession;
  /** 5, 6 or 7: the minor version of NetBox 4. */
  readonly minor: number;
  /** Raw requests as the administrator. */
  readonly api: RawApi;
  readonly client: NetBoxClient;
  /** A name that no other run uses: lower-case letters and digits, usable as slug and custom field. */
  unique(word: string): string;
  /** An IPv4 address that no other run uses, without its mask. */
  address(): string;
  macAddress(): string;
  /** Creates one object, fails when refused. */
  make(path: string, values: object): Promise<Row>;
  /** Notes objects for deletion that a case made by itself. */
  remember(path: string, ...objects: readonly { readonly id: number }[]): void;
  as(token: string | undefined): RawApi;
  clientAs(token: string, options?: Partial<NetBoxClientOptions>): NetBoxClient;
}

/** The same cases for the simulator in each version, and for the real NetBox that the environment names. */
export function onEveryNetBox(title: string, cases: (netbox: () => NetBoxUnderTest) => void): void {
  onEach(targets, title, cases);
}

/** The same for NetBoxes that have the plugin netbox-branching. */
export function onEveryBranchingNetBox(title: string, cases: (netbox: () => NetBoxUnderTest) => void): void {
  // A real NetBox needs seconds for each branch and each job.
  jest.setTimeout(180_000);
  onEach(branchingTargets, title, cases);
}

function onEach(chosen: readonly Target[], title: string, cases: (netbox: () => NetBoxUnderTest) => void): void {
  describe.each(chosen)(`${title} ($name)`, target => {
    let started: { netbox: NetBoxUnderTest; end: () => Promise<void> } | undefined;
    beforeAll(async () => {
      started = await start(target);
    }, 60_000);
    afterAll(() => started?.end(), 300_000);
    cases(() => {
      if (started === undefined) throw new Error('NetBox was not started');
      return started.netbox;
    });
  });
}

async function start(target: Target): Promise<{ netbox: NetBoxUnderTest; end: () => Promise<void> }> {
  const running = await target.start();
  const { url } = running;
  const token = authorizationHeader(running.token);
  const api = rawApi(url, token);
  const clients: NetBoxClient[] = [];
  const made: { path: string; id: number }[] = [];
  const run = `ct${randomBytes(4).toString('hex')}`;
  const network = `10.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  const macPrefix = `BC:24:${randomBytes(3).toString('hex').toUpperCase().match(/../g)?.join(':')}`;
  let counter = 0;

  const clientAs = (authorization: string, options: Partial<NetBoxClientOptions> = {}): NetBoxClient => {
    const client = createNetBoxClient({ baseUrl: url, token: authorization, ...options });
    clients.push(client);
    return client;
  };
  const client = clientAs(token);
  const session = await client.open();

  const netbox: NetBoxUnderTest = {
    url,
    token,
    session,
    minor: session.version.minor,
    api,
    client,
    unique: word => `${run}${word}${(counter += 1)}`,
    address: () => `${network}.${(counter += 1)}`,
    macAddress: () => `${macPrefix}:${(counter += 1).toString(16).toUpperCase().padStart(2, '0')}`,
    async make(path, values) {
      const answer = await api.post(`${path}/`, values);
      if (answer.status !== 201) throw new Error(`${path} was refused with ${answer.status}: ${JSON.stringify(answer.body)}`);
      const row = answer.row();
      made.push({ path, id: row.id });
      return row;
    },
    remember: (path, ...objects) => void made.push(...objects.map(({ id }) => ({ path, id }))),
    as: other => rawApi(url, other),
    clientAs,
  };
  const end = async (): Promise<void> => {
    for (const { path, id } of made.reverse()) {
      const { status } = await api.delete(`${path}/${id}/`);
      if (status !== 204 && status !== 404) throw new Error(`${path}/${id} could not be deleted: ${status}`);
    }
    await Promise.all(clients.map(one => one.close()));
    await running.close();
  };
  return { netbox, end };
}
