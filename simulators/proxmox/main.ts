import { parseArgs } from 'node:util';
import { startProxmoxSimulator, type ProxmoxSimulatorOptions } from './simulator';

const USAGE = `usage: main [--port N] [--guests 120] [--nodes 3] [--seed 1] [--cluster lab | --standalone pve] [--network 10.20]
            [--vmid-start 100] [--tls self-signed|ca|expired|none]
Runs a simulated Proxmox VE on 127.0.0.1 until it is interrupted.`;

function readOptions(): ProxmoxSimulatorOptions {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8006' },
      guests: { type: 'string', default: '120' },
      nodes: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      cluster: { type: 'string', default: 'lab' },
      standalone: { type: 'string' },
      network: { type: 'string', default: '10.20' },
      'vmid-start': { type: 'string', default: '100' },
      tls: { type: 'string', default: 'self-signed' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const { tls, standalone } = values;
  if (tls !== 'none' && tls !== 'self-signed' && tls !== 'ca' && tls !== 'expired') throw new Error(USAGE);
  return {
    port: Number(values.port),
    tls: tls === 'none' ? false : { kind: tls },
    world: {
      seed: values.seed,
      guests: Number(values.guests),
      nodes: Number(values.nodes),
      clusterName: standalone === undefined ? values.cluster : null,
      ...(standalone === undefined ? {} : { standaloneNode: standalone }),
      networkPrefix: values.network,
      vmidStart: Number(values['vmid-start']),
    },
  };
}

async function main(): Promise<void> {
  const simulator = await startProxmoxSimulator(readOptions());
  console.log(`Proxmox VE simulator on ${simulator.url}`);
  if (simulator.fingerprint256 !== undefined) console.log(`certificate ${simulator.fingerprint256}`);
  for (const [name, token] of Object.entries(simulator.tokens))
    console.log(`${name.padEnd(10)} ${token.tokenId}=${token.secret}`);
  const stop = (): void => void simulator.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

void main();
