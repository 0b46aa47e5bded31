import packageJson from '../../package.json';
import { type Access, routeAccess, type RouteName } from '../auth/route-access';
import { headers, parameters, securitySchemes } from './components';
import type { Method, OpenApiDocument } from './document-types';
import { tags } from './operation';
import { describeOperation } from './operation-object';
import { operations } from './operations';
import { ProblemBook } from './problem-book';
import { SchemaBook } from './schema-book';

const DESCRIPTION = `JSON over HTTP. Errors are \`application/problem+json\` with a stable \`code\`. Times are UTC. Lists come in pages: \`limit\`, \`cursor\`, and a \`Link\` to the next one.

Every answer has an \`X-Request-Id\`; a \`traceparent\` (W3C Trace Context) of the request is kept, and goes on into the workflow that the request starts.`;

/** The API as an OpenAPI 3.1 document: from what guards the routes, what they are declared to be, and the schemas that they check and answer with. */
export function buildDocument(): OpenApiDocument {
  const book = new SchemaBook();
  const problems = new ProblemBook(book);
  const paths: OpenApiDocument['paths'] = {};
  for (const route of Object.keys(operations) as RouteName[]) {
    const [method, path] = splitRoute(route);
    const access: Access = routeAccess[route];
    const templated = path.replaceAll(/:(\w+)/g, '{$1}');
    paths[templated] = {
      ...paths[templated],
      [method]: describeOperation({ book, problems }, method, path, access, operations[route]),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: packageJson.name,
      version: packageJson.version,
      summary: packageJson.description,
      description: DESCRIPTION,
      license: { name: packageJson.license, identifier: `LicenseRef-${packageJson.license}` },
    },
    servers: [{ url: '/', description: 'Where this document came from.' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: book.named(), responses: problems.named(), parameters, headers, securitySchemes },
  };
}

let built: OpenApiDocument | undefined;

/** The document, which is the same for as long as the process runs. */
export const openApiDocument = (): OpenApiDocument => (built ??= buildDocument());

/** `GET /runs/:id` in its two parts. */
export function splitRoute(route: RouteName): [method: Method, path: string] {
  const [method = '', path = ''] = route.split(' ');
  return [method.toLowerCase() as Method, path];
}
