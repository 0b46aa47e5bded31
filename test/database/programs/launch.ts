import { launchPostgres } from '../../../database/launch';

/** Launches a server on the state folder of its argument, prints where it is, and waits to be killed. */
async function main(): Promise<void> {
  const { url, adopted } = await launchPostgres({ stateDir: process.argv[2] ?? '', purpose: 'demo' });
  console.log(JSON.stringify({ url, adopted }));
  setInterval(() => {}, 60_000);
}

void main();
