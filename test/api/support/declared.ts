import { type Access, routeAccess, type RouteName } from '../../../api/auth/route-access';
import type { ProblemCode } from '../../../api/errors';
import { splitRoute } from '../../../api/openapi/document';
import type { Operation } from '../../../api/openapi/operation';
import { operations } from '../../../api/openapi/operations';
import { problemsOf } from '../../../api/openapi/problems';
import type { Answer } from './api-server';

/** Holds an answer against what its route was declared to answer. @throws Error that says how they differ. */
export function requireDeclared(method: string, path: string, { status, headers, body }: Answer): void {
  const route = routeOf(method, path);
  if (route === undefined) return;
  const operation: Operation = operations[route];
  const told = `${route} answered ${status}`;

  if (headers.get('content-type')?.startsWith('application/problem+json')) {
    const access: Access = routeAccess[route];
    const code = String(Reflect.get(Object(body), 'code'));
    const codes = problemsOf(...splitRoute(route), access, operation).get(status) ?? [];
    if (!codes.includes(code as ProblemCode)) throw new Error(`${told} with the problem ${code}, which is not declared.`);
    return;
  }
  const answer = operation.answers[status];
  if (answer === undefined) throw new Error(`${told}, which is not declared.`);
  for (const name of answer.headers ?? []) {
    if (name !== 'Link' && !headers.has(name)) throw new Error(`${told} without the header ${name}.`);
  }
  const type = answer.body === undefined ? undefined : (answer.type ?? 'application/json');
  const given = headers.get('content-type')?.split(';')[0];
  if (body !== undefined && given !== type) throw new Error(`${told} with ${given}, and ${type ?? 'no body'} is declared.`);
  if (answer.body === undefined || type !== 'application/json') return;
  const parsed = answer.body.safeParse(body);
  if (!parsed.success) throw new Error(`${told} with a body that is not as declared: ${parsed.error.message}`);
}

const routes = (Object.keys(operations) as RouteName[]).map(route => {
  const [method, path] = splitRoute(route);
  return { route, method, pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`) };
});

/** The most literal one: `/audit/verify` rather than `/audit/:id`. */
function routeOf(method: string, path: string): RouteName | undefined {
  const bare = path.split('?')[0] ?? '';
  const found = routes.filter(({ method: own, pattern }) => own === method.toLowerCase() && pattern.test(bare));
  return found.find(({ route }) => !route.includes(':'))?.route ?? found[0]?.route;
}
