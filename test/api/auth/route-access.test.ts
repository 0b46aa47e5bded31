import { randomUUID } from 'node:crypto';
import type { Access } from '../../../api/auth/route-access';
import { openApiDocument } from '../../../api/openapi/document';
import { methods } from '../../../api/openapi/document-types';
import type { Permission } from '../../../domain/people/permissions';
import { builtInRoles } from '../../../domain/people/roles';
import { type Answer, type ApiServer, startApiServer } from '../support/api-server';
import { seedDeletion, seedGuestChange, seedMerge, seedRun, seedSchedule } from '../support/seed';
import { createEndpoint, problemOf } from '../support/shapes';
import { addPerson, type Person } from './support/people';
import { routesOfApp } from './support/routes';

/** Every operation of the OpenAPI document, every role, and every way in which it may not count any more. What has to come out follows from the document. */

const declared: Readonly<Record<string, Access>> = Object.fromEntries(
  Object.entries(openApiDocument().paths).flatMap(([path, item]) =>
    methods.flatMap(method => {
      const operation = item[method];
      return operation === undefined ? [] : [[`${method.toUpperCase()} ${path}`, operation['x-proxbox-access']]];
    }),
  ),
);

const situations = ['everywhere', 'here', 'elsewhere', 'expired', 'revoked', 'disabled', 'no token'] as const;
type Situation = (typeof situations)[number];
type Outcome = 'let in' | 'denied' | 'hidden' | 'unauthenticated';

let server: ApiServer;
let endpointId: string;
let paths: Record<string, string>;
const people = new Map<string, Person>();

beforeAll(async () => {
  server = await startApiServer();
  const { pool } = server.database;
  endpointId = (await createEndpoint(server)).id;
  const elsewhere = (await createEndpoint(server)).id;
  const target = await addPerson(server, { username: 'target' });
  const role = await server.ask('POST', '/roles', { body: { name: 'custom', permissions: ['view'] } });
  const { planId, changeId } = await seedGuestChange(pool, endpointId);
  paths = {
    'intent/plans': planId,
    'intent/merges': await seedMerge(pool, planId),
    'intent/changes': changeId,
    'intent/deletion-requests': await seedDeletion(pool, endpointId),
    endpoints: endpointId,
    runs: await seedRun(pool, { endpoint_id: endpointId, state: 'completed' }),
    users: target.id,
    schedules: await seedSchedule(pool, { endpoint_ids: [endpointId] }),
    roles: String(Reflect.get(Object(role.body), 'id')),
  };
  for (const { name } of builtInRoles) {
    const add = async (situation: Situation, options: Parameters<typeof addPerson>[1]) =>
      people.set(`${name} ${situation}`, await addPerson(server, { roles: [name], ...options }));
    await add('everywhere', {});
    await add('here', { roles: [[name, endpointId]] });
    await add('elsewhere', { roles: [[name, elsewhere]] });
    await add('expired', { token: { expiresAt: new Date(Date.now() - 1_000) } });
    await add('revoked', {});
    await add('disabled', { enabled: false });
    await pool.query('update api_token set revoked_at = now() where id = $1', [people.get(`${name} revoked`)?.tokenId]);
  }
});
afterAll(() => server.stop());

/** What is needed besides, for the change that is there: an update of a virtual machine. */
const neededBesides: Readonly<Record<string, Permission>> = {
  'POST /intent/changes/{id}/drop': 'intent_update_vm',
  'POST /intent/deletion-requests/{id}/adopt': 'intent_delete_vm',
};

function expected(route: string, access: Access, role: (typeof builtInRoles)[number], situation: Situation): Outcome {
  if (access.who === 'everybody') return 'let in';
  if (!['everywhere', 'here', 'elsewhere'].includes(situation)) return 'unauthenticated';
  if (access.who === 'signed-in' || access.who === 'person') return 'let in';
  const atHand =
    situation === 'everywhere' || (access.on !== 'installation' && (situation === 'here' || access.on === 'some-endpoint'));
  if (!atHand && access.on !== 'installation') return 'hidden';
  const needed = [access.who, neededBesides[route] ?? access.who];
  return atHand && needed.every(permission => role.permissions.includes(permission)) ? 'let in' : 'denied';
}

function outcome(answer: Answer): Outcome {
  expect(answer.status).toBeLessThan(500);
  if (answer.status < 400) return 'let in';
  const { code, detail } = problemOf(answer);
  if (code === 'unauthenticated') return 'unauthenticated';
  if (code === 'permission-denied') return 'denied';
  if (code === 'not-found' && /no such (endpoint|run|schedule|plan|merge|change|deletion request)\.$/.test(detail))
    return 'hidden';
  expect(['not-a-person', 'csrf-failed']).not.toContain(code);
  return 'let in';
}

const filled = (path: string): string =>
  path.replace(/^\/([\w/-]+)\/\{id\}/, (_all, what: string) => `/${what}/${paths[what]}`).replace(/\{\w+\}/g, () => randomUUID());

/** Pages and what they are made of have declarations, and tests, of their own. */
const isPage = (route: string): boolean => /^[A-Z]+ \/((ui|docs|assets)(\/|$)|$)/.test(route);

test('every route of the API is in the document, and whatever is in it exists', () => {
  const ofTheApi = routesOfApp(server.database)
    .filter(route => !isPage(route))
    .map(route => route.replaceAll(/:(\w+)/g, '{$1}'));
  expect(ofTheApi.sort()).toEqual(Object.keys(declared).sort());
});

/** Whoever may view may ask: what they may have done depends on the changes that they send, and is checked guest by guest. */
const asksByViewing = [
  'POST /intent/plan',
  'POST /intent/apply',
  'POST /intent/merge',
  'POST /intent/changes/{id}/drop',
  'POST /intent/deletion-requests',
  ...['approve', 'reject', 'cancel', 'code', 'execute', 'adopt'].map(verb => `POST /intent/deletion-requests/{id}/${verb}`),
];

test('only health, what this is, signing in and hints are for everybody, and nothing is changed by viewing', () => {
  const routes = Object.entries(declared);
  const open = routes.filter(([, { who }]) => who === 'everybody').map(([route]) => route);
  expect(open.sort()).toEqual([
    'GET /health',
    'GET /health/live',
    'GET /health/ready',
    'GET /meta',
    'GET /openapi.json',
    'POST /auth/login',
    'POST /hooks/netbox',
  ]);
  const byViewing = routes.filter(([route, { who }]) => who === 'view' && !route.startsWith('GET ')).map(([route]) => route);
  expect(byViewing.sort()).toEqual([...asksByViewing].sort());
});

describe.each(Object.entries(declared))('%s', (route, access) => {
  test.each(builtInRoles.map(role => [role.name, role] as const))('as %s', async (name, role) => {
    const [method = '', path = ''] = route.split(' ');
    const found: Partial<Record<Situation, Outcome>> = {};
    const wanted: Partial<Record<Situation, Outcome>> = {};
    for (const situation of situations) {
      const person = people.get(`${name} ${situation}`);
      const answer = await (person === undefined
        ? server.ask(method, filled(path), { headers: { authorization: '' } })
        : person.ask(method, filled(path)));
      found[situation] = outcome(answer);
      wanted[situation] = expected(route, access, role, situation);
    }
    expect(found).toEqual(wanted);
  });
});

test('whoever only views has started nothing', async () => {
  const { rowCount } = await server.database.pool.query(
    `select from run r join app_user u on u.username = r.requested_by join role_binding b on b.user_id = u.id
       join role on role.id = b.role_id where not 'run_sync' = any(role.permissions)`,
  );
  expect(rowCount).toBe(0);
  expect(server.temporal.started.length).toBeGreaterThan(0);
});
