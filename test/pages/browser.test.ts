import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNetBoxSimulator, type RunningNetBox } from '../../simulators/netbox/server';
import { type ProxmoxSimulator, startProxmoxSimulator } from '../../simulators/proxmox/simulator';
import { startSyncWorld, type SyncWorld } from '../support/sync-world';
import { type Browser, chromiumPath, startChromium } from './support/chromium';

/** Where pictures of the pages go; none are taken without it. */
const pictures = process.env['PROXBOX_SCREENSHOTS'];
const password = 'a password to look at pages';

jest.setTimeout(180_000);

if (chromiumPath === undefined) {
  test('in a browser: skipped, since Chromium is not installed', () => {
    process.stderr.write('Chromium is not installed: pages were not tried in a browser. On Debian: apt-get install chromium\n');
  });
} else inBrowser(chromiumPath);

function inBrowser(program: string): void {
  let netbox: RunningNetBox;
  let proxmox: ProxmoxSimulator;
  let world: SyncWorld;
  let browser: Browser;

  beforeAll(async () => {
    netbox = await startNetBoxSimulator({ version: '4.6' });
    proxmox = await startProxmoxSimulator({ world: { guests: 12, nodes: 2, clusterName: 'berlin', networkPrefix: '10.44' } });
    world = await startSyncWorld(netbox, { PROXBOX_ADMIN_PASSWORD: password });
    await world.startWorker();
    await world.addEndpoint('Berlin', proxmox);
    browser = await startChromium(program);
  });
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
    await proxmox?.close();
    await netbox?.close();
  });

  const press = (text: string) =>
    browser.follow(`[...document.querySelectorAll('button')].find(button => button.textContent === '${text}').click()`);
  const text = async () => String(await browser.evaluate('document.body.innerText'));

  const take = async (name: string): Promise<void> => {
    if (pictures === undefined) return;
    mkdirSync(pictures, { recursive: true });
    for (const scheme of ['light', 'dark'] as const) {
      await browser.colours(scheme);
      writeFileSync(join(pictures, `${name}-${scheme}.png`), await browser.picture());
    }
  };

  const signIn = async (): Promise<void> => {
    await browser.open(`${world.url}/ui`);
    await browser.evaluate(`document.querySelector('[name=username]').value = 'admin'`);
    await browser.evaluate(`document.querySelector('[name=password]').value = '${password}'`);
    await press('Sign in');
    await browser.until(`location.pathname === '/ui'`);
  };

  test('somebody signs in, starts a sync, and sees it complete without loading the page again', async () => {
    await browser.open(`${world.url}/ui`);
    await signIn();
    expect(await text()).toContain('Berlin');

    netbox.simulator.faults.add({
      match: { method: 'POST', pathPattern: '^/api/virtualization/interfaces/$', nth: 1 },
      when: 'before',
      action: { kind: 'delay', ms: 4_000 },
    });
    await press('Sync now');
    // The page hears of what the run tells as it happens: it does not only look now and then.
    await browser.evaluate(
      `window.heard = []; document.querySelector('#news').addEventListener('substep', () => window.heard.push('substep'))`,
    );
    await browser.until(`window.heard.length > 0 && /Writing virtual-machine/.test(document.querySelector('main').innerText)`);
    await take('run-live');
    await browser.until(
      `/Completed|Partial|Failed|waits for/.test(document.querySelector('main').innerText) && !document.querySelector('[hx-get]')`,
    );
    await take('run-completed');
    expect(await text()).toMatch(/Completed/);

    const { children } = await world.sync();
    const { endpoint } = await world.api<{ endpoint: { id: string } }>('GET', `/runs/${children?.[0]?.id}`);
    await browser.open(`${world.url}/ui/endpoints/${endpoint.id}`);
    const local = await browser.evaluate(`document.querySelectorAll('time:not([data-local])').length`);
    expect(local).toBe(0);
  });

  test('a schedule is made by its form, run now, and seen to have completed', async () => {
    await browser.open(`${world.url}/ui/schedules/new`);
    await browser.evaluate(`document.querySelector('[name=name]').value = 'every night'`);
    await press('Add the schedule');
    await browser.until(`document.querySelector('h1')?.innerText === 'every night'`);
    await press('Run now');
    for (let seen = ''; !/Completed/.test(seen); seen = await text())
      await browser.open(String(await browser.evaluate('location.href')));
    expect(await text()).toContain('17 3 * * * (UTC)');
    await browser.open(`${world.url}/ui/schedules`);
    expect(await text()).toMatch(/every night[^]*Completed/);
  });

  test('without scripts the same is done by forms and addresses', async () => {
    await browser.scripts(false);
    await browser.open(`${world.url}/ui`);
    await press('Sign out');
    await browser.until(`location.pathname === '/ui/sign-in'`);
    await signIn();
    await press('Dry run');
    await browser.until(
      `location.pathname.startsWith('/ui/runs/') && /Completed/.test(document.querySelector('main').innerText)`,
    );
    expect(await text()).toContain('Dry run');
  });
}
