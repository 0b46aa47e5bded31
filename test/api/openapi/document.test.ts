import { type ApiServer, startApiServer } from '../support/api-server';
import { routeAccess } from '../../../api/auth/route-access';
import { openApiDocument } from '../../../api/openapi/document';
import { type JsonSchema, methods, type OperationObject } from '../../../api/openapi/document-types';
import { type Operation } from '../../../api/openapi/operation';
import { operations } from '../../../api/openapi/operations';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

const document = openApiDocument();
const described = Object.entries(document.paths).flatMap(([path, item]) =>
  methods.flatMap(method => {
    const operation: OperationObject | undefined = item[method];
    return operation === undefined ? [] : [{ route: `${method.toUpperCase()} ${path}`, operation }];
  }),
);

test('it has every route of the API, and no other', () => {
  const routes = Object.keys(routeAccess).map(route => route.replaceAll(/:(\w+)/g, '{$1}'));
  expect(described.map(({ route }) => route).sort()).toEqual(routes.sort());
});

test('it is served to everybody as it is', async () => {
  const answer = await server.ask('GET', '/openapi.json', { headers: { authorization: '' } });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual(JSON.parse(JSON.stringify(document)));
});

test('each operation has a name of its own, and tells how it can fail', () => {
  const ids = described.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { operation } of described) {
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['429', '500', '503']));
    if (operation.security.length > 0) expect(Object.keys(operation.responses)).toContain('401');
  }
});

test('an operation that takes a body shows one, which it would accept', () => {
  const asking = Object.entries<Operation>(operations).filter(([, { body }]) => body !== undefined);
  const accepted = asking.filter(([, { body, example }]) => example !== undefined && body?.safeParse(example).success === true);
  expect(accepted.map(([route]) => route)).toEqual(asking.map(([route]) => route));
});

test('an answer is described by the schema that it is checked with', () => {
  const run = document.components.schemas['Run'] as JsonSchema;
  expect(run.properties?.['state']).toMatchObject({ enum: expect.arrayContaining(['completed', 'awaiting_confirmation']) });
  expect(run.properties?.['children']).toEqual({ type: 'array', items: { $ref: '#/components/schemas/RunSummary' } });
  expect(run.additionalProperties).toBe(false);
});

test('what is secret goes in and does not come out', () => {
  const { post } = document.paths['/endpoints'] ?? {};
  const sent = JSON.stringify(post?.requestBody);
  expect(sent).toContain('"secret"');
  expect(JSON.stringify(document.components.schemas['Endpoint'])).not.toContain('"secret"');
});
