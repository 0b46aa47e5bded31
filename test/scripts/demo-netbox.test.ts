import { startNetBoxSimulator, type RunningNetBox } from '../../simulators/netbox/server';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../simulators/proxmox/simulator';
import { makeStateFolder, runScript } from './support/script';

const PATIENCE = 300_000;

let state: ReturnType<typeof makeStateFolder>;
let netbox: RunningNetBox;
let proxmox: ProxmoxSimulator;
let env: Record<string, string>;

beforeEach(async () => {
  state = makeStateFolder();
  netbox = await startNetBoxSimulator();
  proxmox = await startProxmoxSimulator({ world: { guests: 6, nodes: 2, clusterName: 'given' } });
  env = {
    PROXBOX_STATE_DIR: state.path,
    PROXBOX_LOG_LEVEL: 'warn',
    PROXBOX_API_PORT: '0',
    NETBOX_URL: netbox.url,
    NETBOX_TOKEN: netbox.token,
    PROXMOX_URL: proxmox.url,
    PROXMOX_TOKEN_ID: proxmox.tokens.read.tokenId,
    PROXMOX_TOKEN_SECRET: proxmox.tokens.read.secret,
    PROXMOX_FINGERPRINT: proxmox.fingerprint256 ?? '',
  };
});

afterEach(async () => {
  await netbox.close();
  await proxmox.close();
  state.remove();
});

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${netbox.url}/api/${path}/`, {
    method: 'POST',
    headers: { authorization: netbox.token, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function makeVmByHand(): Promise<void> {
  await post('virtualization/cluster-types', { name: 'By hand', slug: 'by-hand' });
  await post('virtualization/clusters', { name: 'by hand', type: 1 });
  expect((await post('virtualization/virtual-machines', { name: 'by-hand', cluster: 1 })).status).toBe(201);
}

it(
  'reads the Proxmox and fills the NetBox of the environment; with --keep a later demo has nothing to write',
  async () => {
    const { code, out, err } = await runScript('scripts/demo.ts', ['--once'], env);
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out[0] ?? '')).toMatchObject({
      first: { guests: 6, kinds: { 'virtual-machine': 6 } },
      second: { writes: 0 },
    });
    expect(proxmox.requests.list().every(({ method }) => method === 'GET')).toBe(true);

    const kept = await runScript('scripts/demo.ts', ['--once', '--keep', '--write'], env);
    expect({ code: kept.code, err: kept.code === 0 ? '' : kept.err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(kept.out[0] ?? '')).toMatchObject({ first: { guests: 6, writes: 0 }, second: { writes: 0 } });
  },
  PATIENCE,
);

it(
  'writes into a NetBox that is not empty only when it is told to',
  async () => {
    await makeVmByHand();
    const refused = await runScript('scripts/demo.ts', ['--once'], env);
    expect(refused).toMatchObject({ code: 1, out: [] });
    expect(refused.err).toContain('is not empty (1 virtual machines, 1 clusters)');

    const { code, out, err } = await runScript('scripts/demo.ts', ['--once', '--write'], env);
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ first: { kinds: { 'virtual-machine': 6 } }, second: { writes: 0 } });
  },
  PATIENCE,
);
