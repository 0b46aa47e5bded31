import { loadConfig } from '../../../config/load';
import { findTemporal } from '../../../temporal/find';

/** Finds a Temporal as the environment says, prints it, and waits to be killed. */
async function main(): Promise<void> {
  const { address, started } = await findTemporal(loadConfig(), { info: () => {}, warn: () => {} });
  console.log(JSON.stringify({ address, started }));
  setInterval(() => {}, 60_000);
}

void main();
