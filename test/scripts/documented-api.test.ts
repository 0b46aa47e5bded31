import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { routeAccess } from '../../api/auth/route-access';
import { problemKinds } from '../../api/errors';

const text = readFileSync(join(__dirname, '../../docs/reference/api.md'), 'utf8');

it('names every route', () => {
  const routes = Object.keys(routeAccess).map(route => route.replaceAll(/:(\w+)/g, '{$1}'));
  expect(routes.filter(route => !text.includes(`| \`${route}\` |`))).toEqual([]);
});

it('names every way in which a request can fail, with its status', () => {
  const rows = Object.entries(problemKinds).map(([code, { status }]) => `| \`${code}\` | ${status} |`);
  expect(rows.filter(row => !text.includes(row))).toEqual([]);
});
