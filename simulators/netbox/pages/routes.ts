import { isWritable } from '../model/field';
import type { ObjectType } from '../model/object-type';
import type { Reply, Request } from '../http/message';
import type { Simulator } from '../simulator';
import type { Row } from '../store/row';
import { escape, errorPage, type Html, link, page, table } from './html';
import { pageOf, showField } from './values';

const PAGE_SIZE = 100;
const HIDDEN = new Set(['users.token', 'users.objectpermission']);

/** The read-only pages: an index with counts, a list per model, and every object. They ask for no login. */
export function answerPage(simulator: Simulator, request: Request): Reply {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, html: errorPage('These pages are read-only') };
  const types = simulator.world.types.filter(type => !HIDDEN.has(type.key) && (type.since ?? 0) <= simulator.version.minor);
  if (request.path === '/') return { status: 200, html: index(simulator, types) };
  const type = types.find(each => request.path.startsWith(pageOf(each)));
  if (!type) return { status: 404, html: errorPage('Page Not Found') };
  const rest = request.path.slice(pageOf(type).length).replace(/\/$/, '');
  if (rest === '') return { status: 200, html: listPage(simulator, type, Number(request.query.get('page') ?? 1)) };
  const row = /^\d+$/.test(rest) ? simulator.world.get(type.key, Number(rest)) : undefined;
  return row ? { status: 200, html: objectPage(simulator, type, row) } : { status: 404, html: errorPage('Page Not Found') };
}

function plural(type: ObjectType): string {
  const words = type.endpoint.split('/').at(-1)?.replace(/-/g, ' ') ?? '';
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function index(simulator: Simulator, types: readonly ObjectType[]): string {
  const rows = types.map(type => [
    type.endpoint.split('/')[0] ?? '',
    link(pageOf(type), plural(type)),
    String(simulator.world.table(type.key).size),
  ]);
  return page('What this NetBox holds', simulator.version.full, table(['App', 'Objects', 'Count'], rows));
}

/** Columns of a list: the relations and choices that say most, then the rest up to eight. */
function columns(type: ObjectType): ObjectType['fields'] {
  const shown = type.fields.filter(
    field => field.kind === 'tags' || (isWritable(field) && field.kind !== 'json' && field.name !== 'comments'),
  );
  const telling = shown.filter(field => field.kind !== 'text' || field.required === true);
  return [...telling, ...shown.filter(field => !telling.includes(field))].slice(0, 9);
}

function listPage(simulator: Simulator, type: ObjectType, number: number): string {
  const { world } = simulator;
  const rows = world.table(type.key).sorted();
  const first = Math.max(0, (Number.isInteger(number) ? number - 1 : 0) * PAGE_SIZE);
  const fields = columns(type);
  const cells = rows
    .slice(first, first + PAGE_SIZE)
    .map((row): (Html | string)[] => [
      link(pageOf(type, row.id), type.display(row, world) || `#${row.id}`),
      ...fields.map(field => showField(world, field, row)),
    ]);
  const pages = Math.ceil(rows.length / PAGE_SIZE);
  const navigation =
    pages > 1
      ? Array.from({ length: pages }, (_, at) => link(`${pageOf(type)}?page=${at + 1}`, String(at + 1)).html).join(' ')
      : '';
  const body = `<p class="quiet">${rows.length} objects</p>${table(['', ...fields.map(field => field.name)], cells)}<nav>${navigation}</nav>`;
  return page(plural(type), simulator.version.full, body);
}

function objectPage(simulator: Simulator, type: ObjectType, row: Row): string {
  const { world } = simulator;
  const rows = type.fields.flatMap((field): (Html | string)[][] => {
    const value = showField(world, field, row);
    return value === '' || (typeof value !== 'string' && value.html === '') ? [] : [[field.name, value]];
  });
  const title = `${type.label} ${type.display(row, world)}`;
  const body = `<p class="quiet">${escape(type.key)} ${row.id}</p>${table(['Field', 'Value'], rows)}${related(simulator, type, row)}`;
  return page(title, simulator.version.full, body);
}

/** Objects that point here, such as a VM's interfaces and disks. */
function related(simulator: Simulator, type: ObjectType, row: Row): string {
  const { world } = simulator;
  return world.types
    .filter(each => !HIDDEN.has(each.key) && each.key !== 'core.objectchange')
    .flatMap(each =>
      each.fields.flatMap(field => {
        const key =
          field.kind === 'reference' && field.to === type.key
            ? String(row.id)
            : field.kind === 'contentType'
              ? `${type.key}:${row.id}`
              : '';
        const rows = key === '' ? [] : world.table(each.key).find(field.name, key);
        if (rows.length === 0) return [];
        const links = rows.slice(0, PAGE_SIZE).map(other => link(pageOf(each, other.id), each.display(other, world)).html);
        const more = rows.length > PAGE_SIZE ? ` and ${rows.length - PAGE_SIZE} more` : '';
        return [`<h3>${escape(plural(each))} by ${escape(field.name)}</h3><p>${links.join(', ')}${more}</p>`];
      }),
    )
    .join('\n');
}
