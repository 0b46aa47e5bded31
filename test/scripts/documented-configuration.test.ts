import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDemoConfig } from '../../config/demo';
import { loadConfig, type Environment } from '../../config/load';
import { effectiveValues } from '../../domain/settings/resolve';

const text = readFileSync(join(__dirname, '../../docs/reference/configuration.md'), 'utf8');
const [product = '', demo = ''] = text.split('\n## The demo\n');

interface Documented {
  name: string;
  /** Undefined where the page shows a dash. */
  value: string | undefined;
}

/** First two columns of every row that names a variable. */
function variablesIn(page: string): Documented[] {
  return [...page.matchAll(/^\| `([A-Z][A-Z0-9_]+)` \| (?:`([^`]*)`|–) \|/gm)].map(([, name = '', value]) => ({ name, value }));
}

/** What a loader asks an environment for. */
function askedFor(load: (env: Environment) => unknown, set: Environment = {}): string[] {
  const asked = new Set<string>();
  const env = new Proxy<Environment>(set, {
    get: (target, name) => {
      if (typeof name === 'string' && /^[A-Z]/.test(name)) asked.add(name);
      return Reflect.get(target, name) as unknown;
    },
  });
  load(env);
  return [...asked].sort();
}

/** Everything that an environment decides, with the settings that it leaves to others at their defaults. */
function effective(env: Environment): string {
  const config = loadConfig(env);
  return JSON.stringify({ ...config, settings: effectiveValues({ environment: config.settings, global: {} }) });
}

const names = (variables: Documented[]): string[] => variables.map(({ name }) => name).sort();
const withDefault = (page: string): Documented[] => variablesIn(page).filter(({ value }) => value !== undefined);

it('names every variable that is read, and no other', () => {
  expect(names(variablesIn(product))).toEqual(askedFor(loadConfig));
  const proxmox = { PROXMOX_URL: 'https://pve.example.com', PROXMOX_TOKEN_ID: 'a@pve!b', PROXMOX_TOKEN_SECRET: 'c' };
  expect(names(variablesIn(demo))).toEqual(askedFor(loadDemoConfig, proxmox));
});

it.each(withDefault(product))('$name set to its documented default changes nothing', ({ name, value }) => {
  expect(effective({ [name]: value })).toBe(effective({}));
});

it('shows a default for every variable whose absence is not the same as nothing', () => {
  expect(withDefault(product).length).toBeGreaterThan(40);
});
