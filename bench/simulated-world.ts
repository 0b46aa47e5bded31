import { startNetBoxSimulator } from '../simulators/netbox/server';
import { startProxmoxSimulator } from '../simulators/proxmox/simulator';
import type { WorldAnswer, WorldReady, WorldRequest, WorldSettings } from './world';

/** The world outside, in a process of its own, so that its work is not measured as ours. It is told what to do over Node's channel to its parent. */
async function main(settings: WorldSettings): Promise<void> {
  const proxmox = await startProxmoxSimulator({ world: { guests: settings.guests, nodes: settings.nodes } });
  const netbox = await startNetBoxSimulator({ version: settings.netboxVersion, costMs: settings.netboxCostMs });
  process.on('message', (request: WorldRequest) => {
    if (request === 'reset-netbox') netbox.simulator.reset();
    if (request === 'forget-requests') proxmox.requests.clear();
    process.send?.({ proxmoxRequests: proxmox.requests.list().length } satisfies WorldAnswer);
  });
  // The parent is gone, however it ended.
  process.on('disconnect', () => process.exit());
  process.send?.({
    proxmox: { url: proxmox.url, fingerprint: proxmox.fingerprint256 ?? '', ...proxmox.tokens.read },
    netbox: { url: netbox.url, token: netbox.token },
  } satisfies WorldReady);
}

main(JSON.parse(process.argv[2] ?? '{}') as WorldSettings).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
