import { parseArgs } from 'node:util';
import { startNetBoxSimulator } from './server';

/** Command line: starts a simulator and prints its address and tokens as one JSON line. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      version: { type: 'string', default: '4.7' },
      port: { type: 'string', default: '0' },
      token: { type: 'string' },
      'cost-ms': { type: 'string', default: '0' },
      'plugin-proxbox': { type: 'boolean', default: false },
      branching: { type: 'boolean', default: false },
    },
  });
  const running = await startNetBoxSimulator({
    version: values.version,
    port: Number(values.port),
    costMs: Number(values['cost-ms']),
    pluginProxbox: values['plugin-proxbox'],
    branching: values.branching,
    ...(values.token !== undefined && { token: values.token }),
  });
  const { url, token, viewerToken, simulator } = running;
  process.stdout.write(`${JSON.stringify({ url, version: simulator.version.full, token, viewerToken })}\n`);
  const stop = (): void => void running.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
