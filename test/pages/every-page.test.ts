import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pageAccess, type PageName } from '../../api/pages/access';
import { type BusyWorld, startBusyWorld } from './support/busy-world';
import { type Browser, chromiumPath, startChromium } from './support/chromium';

/** Where pictures of the pages go; none are taken without it. */
const pictures = process.env['PROXBOX_SCREENSHOTS'];
const password = 'a password to look at pages';

jest.setTimeout(300_000);

/** Addresses that show no page: they lead elsewhere, or are a part of one. */
const noPages: readonly PageName[] = [
  'GET /',
  'GET /ui/sign-in/oidc',
  'GET /ui/sign-in/oidc/callback',
  'GET /ui/runs/:id/progress',
  'GET /ui/intent/plans/:id/progress',
  'GET /ui/netbox/:kind/:netboxId',
];
const shown = (Object.keys(pageAccess) as PageName[]).filter(page => page.startsWith('GET') && !noPages.includes(page));

if (chromiumPath === undefined) {
  test('every page in a browser: skipped, since Chromium is not installed', () => {
    process.stderr.write('Chromium is not installed: pages were not tried in a browser. On Debian: apt-get install chromium\n');
  });
} else inBrowser(chromiumPath);

function inBrowser(program: string): void {
  let busy: BusyWorld;
  let browser: Browser;

  beforeAll(async () => {
    busy = await startBusyWorld(password);
    browser = await startChromium(program);
    await browser.open(`${busy.world.url}/ui`);
    await fill({ username: 'admin', password });
    await press('Sign in');
    await browser.until(`location.pathname === '/ui'`);
    await browser.open(`${busy.world.url}/ui/schedules/new`);
    await fill({ name: 'Every night' });
    await press('Add the schedule');
    const path = String(await browser.evaluate('location.pathname'));
    Object.assign(busy.ids, { schedules: path.split('/').at(-1) });
    await browser.open(`${busy.world.url}/ui/endpoints/${busy.ids.endpoints}`);
    await press('Test connection');
    await browser.until(`/Asked by/.test(document.querySelector('main').innerText)`);
  });
  afterAll(async () => {
    await browser?.close();
    await busy?.close();
  });

  const press = (text: string) =>
    browser.follow(`[...document.querySelectorAll('button')].find(button => button.textContent === '${text}').click()`);
  const fill = async (fields: Record<string, string>) => {
    for (const [name, value] of Object.entries(fields))
      await browser.evaluate(`document.querySelector('main [name=${name}]').value = ${JSON.stringify(value)}`);
  };

  const addressOf = (page: PageName): string => {
    const path = page.replace('GET ', '').replace(':seq', '3').replace(':vmid', '100');
    const [, , place = ''] = path.split('/');
    const id = page.endsWith('/plan') ? busy.ids.dryRun : Object.entries(busy.ids).find(([name]) => name === place)?.[1];
    return busy.world.url + path.replace(':id', id ?? '');
  };

  const open = async (page: PageName): Promise<void> => {
    await browser.open(addressOf(page));
    // Signed in, the sign-in is still there for somebody else.
    expect({ page, at: await browser.evaluate('location.origin + location.pathname') }).toEqual({ page, at: addressOf(page) });
    expect({ page, failed: await browser.evaluate(`document.querySelector('.failure .code')?.innerText`) }).toEqual({ page });
  };

  const take = async (page: PageName, scheme: string): Promise<void> => {
    if (pictures === undefined) return;
    const file = join(pictures, `${pictureName(page)}-${scheme}.png`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await browser.picture());
  };

  const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
  /** What keeps people from using the page, in axe's words. */
  const barriers = async (): Promise<unknown> => {
    await browser.evaluate(axe);
    return browser.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ target, failureSummary }) => target + ' ' + failureSummary).join(' | ')))`);
  };

  /** Elements that reach beyond the page, and make all of it scroll sideways. */
  const tooWide = () =>
    browser.evaluate(`document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('main *, .bar *')]
      .filter(each => each.getBoundingClientRect().right > innerWidth + 1 && !each.parentElement.closest('.scroll, pre, svg'))
      .slice(0, 3).map(each => each.tagName + '.' + each.className + ' ' + each.innerText?.slice(0, 40))`);

  test.each(shown)('%s keeps nobody out, light and dark, and fits a wide and a narrow window', async page => {
    for (const scheme of ['light', 'dark'] as const) {
      await browser.width(1280);
      await browser.colours(scheme);
      await open(page);
      expect({ page, scheme, barriers: await barriers() }).toEqual({ page, scheme, barriers: [] });
      expect({ page, tooWide: await tooWide() }).toEqual({ page, tooWide: [] });
      await take(page, scheme);
    }
    await browser.width(400);
    await open(page);
    expect({ page, narrow: await tooWide() }).toEqual({ page, narrow: [] });
    if (process.env['PROXBOX_SCREENSHOTS_NARROW'] !== undefined) await take(page, 'narrow');
    await browser.width(1280);
  });

  test('the keyboard gets past the bar with one key, and what it is on is seen', async () => {
    await browser.width(1280);
    await open('GET /ui/runs');
    await browser.key('Tab');
    expect(await browser.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    expect(await browser.evaluate('document.activeElement.getBoundingClientRect().left >= 0')).toBe(true);
    await browser.key('Enter');
    await browser.key('Tab');
    expect(await browser.evaluate(`document.querySelector('main').contains(document.activeElement)`)).toBe(true);
    expect(await browser.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  });

  test.each(shown)('%s needs no scripts: all that it shows and every form is there without', async page => {
    await browser.scripts(false);
    await open(page);
    const words = `document.querySelector('h1').innerText`;
    expect(String(await browser.evaluate(words))).not.toBe('');
    const forms =
      await browser.evaluate(`[...document.querySelectorAll('form')].map(form => [form.method, form.getAttribute('action') ?? '',
      form.querySelector('button, input[type=submit]') !== null])`);
    for (const [method, action, sends] of forms as [string, string, boolean][]) {
      expect({ page, action, sends }).toEqual({ page, action, sends: true });
      if (method === 'post') expect({ action, known: isKnown(action) }).toEqual({ action, known: true });
    }
    const dead = await browser.evaluate(
      `[...document.querySelectorAll('main button')].filter(each => each.form === null).map(each => each.innerText)`,
    );
    expect({ page, dead }).toEqual({ page, dead: [] });
    await browser.scripts(true);
  });

  test('without scripts a setting is found, changed and shown with who decided it', async () => {
    await browser.scripts(false);
    await open('GET /ui/settings');
    await fill({ q: 'vm tags' });
    await press('Filter');
    await browser.evaluate(`document.querySelector('[name=overwrite_vm_tags][value=true]').checked = true`);
    await press('Save the settings');
    expect(await browser.evaluate(`document.querySelector('main').innerText`)).toMatch(
      /1 setting saved[^]*decided for the installation/,
    );
    await browser.scripts(true);
  });
}

/** Whether a form leads to a page that exists; signing out is the API's. */
function isKnown(action: string): boolean {
  if (action === '/auth/logout') return true;
  const patterns = Object.keys(pageAccess).map(page => page.replace('POST ', '').replaceAll(/:\w+/g, '[^/]+'));
  return patterns.some(pattern => new RegExp(`^${pattern}$`).test(action));
}

/** `GET /ui/endpoints/:id/settings` as `endpoint-settings`. */
function pictureName(page: PageName): string {
  const path = page.replace('GET /ui', '').replace('GET ', '');
  if (path === '') return 'overview';
  if (path === '/docs') return 'api-reference';
  return path
    .slice(1)
    .replace('/:seq', '-row')
    .replaceAll(/(\w+?)s?\/:\w+/g, '$1')
    .replaceAll(/(\w+?)s\/new/g, '$1-new')
    .replaceAll('/', '-');
}
