import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadConfig } from '../../config/load';
import { searchAttributes } from '../../temporal/search-attributes';

const root = join(__dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  healthcheck?: object;
  restart?: string;
  profiles?: string[];
  depends_on?: Record<string, { condition: string }>;
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> };
const services = Object.entries(compose.services).map(([name, service]) => ({ name, ...service }));
const product = services.filter(({ name }) => name === 'api' || name === 'worker');

const example = new Map(
  read('.env.example')
    .split('\n')
    .flatMap(line => {
      const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
);

/** Every variable that the product reads. */
function knownVariables(): Set<string> {
  const asked = new Set<string>();
  loadConfig(new Proxy({}, { get: (_, name) => (asked.add(String(name)), undefined) }));
  return asked;
}

const attributes = Object.values(searchAttributes).map(({ name, type }) => `${name} ${type.replace('_', '').toLowerCase()}`);

test('every image of the composition is pinned to a version', () => {
  expect(services.map(({ image }) => image).filter(image => !/:v?\d+\.\d+/.test(image))).toEqual([]);
});

test('every service that stays has a health check, but for the simulators and what only looks on', () => {
  const without = services.filter(({ healthcheck, restart }) => restart === 'unless-stopped' && healthcheck === undefined);
  expect(without.map(({ name }) => name).sort()).toEqual(['netbox-worker', 'temporal-ui']);
});

test.each(product)('$name runs a program of this project, with variables that it reads', ({ command = [], environment = {} }) => {
  const [, script = ''] = command;
  expect(existsSync(join(root, script.replace(/^dist\//, '').replace(/\.js$/, '.ts')))).toBe(true);
  const known = knownVariables();
  const strange = Object.keys(environment).filter(name => !known.has(name) && !name.startsWith('TEMPORAL_'));
  expect(strange).toEqual([]);
});

test('the environment of each process is one that it starts with', () => {
  const filled = (text: string) =>
    text.replaceAll(/\$\{([A-Z_]+)(?::([-?])([^}]*))?\}/g, (_, name: string, how: string, fallback: string) => {
      const value = example.get(name);
      if (value !== undefined && value !== '') return value;
      return how === '-' ? fallback : 'filled-in-by-somebody';
    });
  for (const { environment = {} } of product) {
    const env = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filled(String(value))]));
    expect(loadConfig(env)).toMatchObject({ production: true, metrics: { port: 9464 } });
  }
});

test('what .env.example names is used, and what the composition asks for is named there', () => {
  const used = new Set([...read('docker-compose.yml').matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name = '']) => name));
  expect([...used].filter(name => !example.has(name))).toEqual([]);
  const mentioned = [...example.keys()].filter(name => !read('docker-compose.yml').includes(`\${${name}`));
  expect(mentioned).toEqual([]);
});

test('the namespace gets the search attributes that workflows are started with', () => {
  const made = [...read('deploy/temporal/namespace.sh').matchAll(/^(Proxbox\w+) (\w+)$/gm)].map(
    ([, name, type]) => `${name} ${type?.toLowerCase()}`,
  );
  expect(made.sort()).toEqual([...attributes].sort());
  const unit = [...read('deploy/systemd/proxbox-temporal.service').matchAll(/--search-attribute (\w+)=(\w+)/g)];
  expect(unit.map(([, name, type]) => `${name} ${type?.toLowerCase()}`).sort()).toEqual([...attributes].sort());
});

test.each(readdirSync(join(root, 'deploy/systemd')).filter(file => file.endsWith('.service')))(
  '%s runs a program of this project',
  file => {
    const script = /^ExecStart=\/usr\/bin\/node dist\/(\S+)\.js/m.exec(read(`deploy/systemd/${file}`))?.[1];
    if (file === 'proxbox-temporal.service') return expect(script).toBeUndefined();
    expect(existsSync(join(root, `${script}.ts`))).toBe(true);
  },
);

test('the image holds what the programs read beside their code', () => {
  const copied = [...read('Dockerfile').matchAll(/^COPY --from=build \/app\/(\S+)/gm)].map(([, path]) => path);
  expect(copied).toEqual(['package.json', 'node_modules', 'dist', 'database/migrations', 'api/pages/assets']);
  expect(read('Dockerfile')).toMatch(/^USER node$/m);
});
