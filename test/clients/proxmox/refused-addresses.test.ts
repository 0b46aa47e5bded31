import { ProxmoxAddressRefusedError } from '../../../clients/proxmox/errors';
import { createProxmoxClient, type ProxmoxClient } from '../../../clients/proxmox/client';
import { createNetworkGuard } from '../../../config/network-guard';
import { type ProxmoxSimulator, startProxmoxSimulator } from '../../../simulators/proxmox/simulator';

let proxmox: ProxmoxSimulator;
const clients: ProxmoxClient[] = [];
beforeAll(async () => {
  proxmox = await startProxmoxSimulator({ world: { guests: 1, nodes: 1 } });
});
afterAll(async () => {
  await Promise.all(clients.map(client => client.close()));
  await proxmox.close();
});

const connect = (host: string, allowed: string[]) => {
  const { tokenId, secret } = proxmox.tokens.read;
  const client = createProxmoxClient({
    baseUrl: `https://${host}:${proxmox.port}`,
    auth: { type: 'token', tokenId, secret },
    tls: { mode: 'insecure' },
    refuseAddress: createNetworkGuard(allowed).refusalOf,
  });
  clients.push(client);
  return client.version();
};

test.each(['127.0.0.1', 'localhost'])('%s is connected to only where its network is allowed', async host => {
  const before = proxmox.requests.list().length;
  await expect(connect(host, [])).rejects.toThrow(ProxmoxAddressRefusedError);
  await expect(connect(host, [])).rejects.toThrow(/is not contacted: it is this host itself.*PROXBOX_ALLOWED_NETWORKS/);
  expect(proxmox.requests.list()).toHaveLength(before);
  expect(await connect(host, ['127.0.0.0/8'])).toMatchObject({ version: expect.any(String) });
});
