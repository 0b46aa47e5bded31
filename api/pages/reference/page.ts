import type { ApiDependencies } from '../../dependencies';
import { openApiDocument } from '../../openapi/document';
import { methods, type OpenApiDocument, type OperationObject } from '../../openapi/document-types';
import type { GuardedPages } from '../guarded-pages';
import { h, type Html } from '../html/h';
import { sendPage } from '../html/layout';
import { heading, link } from '../html/parts';
import { operationCard, type PlacedOperation } from './operation';
import { prose } from './prose';
import { anchorOf, schemaTable } from './schema';

/** The API as a page to read: everything of the OpenAPI document, for whoever wants to write a program. */
export function referencePage({ on }: GuardedPages, { authenticate }: Pick<ApiDependencies, 'authenticate'>): void {
  on('GET /docs', async (req, res) => {
    const caller = await authenticate(req).catch(() => undefined);
    if (caller?.credential.how === 'session') res.locals.caller = caller;
    const document = openApiDocument();
    const groups = document.tags.map(tag => ({ ...tag, operations: placed(document, tag.name) }));
    sendPage(res, {
      title: 'API reference',
      body: h(
        'div',
        { class: 'reference' },
        contents(groups, Object.keys(document.components.schemas)),
        h(
          'div',
          null,
          heading(`API reference`, link('/openapi.json', 'OpenAPI document')),
          h('p', null, prose(document.info.description)),
          h('p', null, 'Send an API token with each request: ', h('code', null, 'Authorization: Bearer <token>'), '.'),
          ...groups.map(group),
          h(
            'section',
            { id: 'schemas' },
            h('h2', null, 'Schemas'),
            ...Object.entries(document.components.schemas).map(([name, schema]) =>
              h('article', { class: 'card', id: anchorOf(name) }, h('h3', null, name), schemaTable(name, schema)),
            ),
          ),
        ),
      ),
    });
  });
}

interface Group {
  name: string;
  description: string;
  operations: PlacedOperation[];
}

function placed({ paths, components }: OpenApiDocument, tag: string): PlacedOperation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap(method => {
      const operation: OperationObject | undefined = item[method];
      return operation?.tags.includes(tag) ? [{ method, path, operation, components }] : [];
    }),
  );
}

const group = ({ name, description, operations }: Group): Html =>
  h(
    'section',
    { id: groupAnchor(name) },
    h('h2', null, name),
    h('p', { class: 'hint' }, description),
    ...operations.map(operationCard),
  );

const contents = (groups: readonly Group[], schemas: readonly string[]): Html =>
  h(
    'nav',
    { class: 'contents', 'aria-label': 'Contents' },
    ...groups.map(({ name, operations }) =>
      h(
        'div',
        null,
        link(`#${groupAnchor(name)}`, h('strong', null, name)),
        ...operations.map(({ operation }) => link(`#${operation.operationId}`, operation.summary)),
      ),
    ),
    h('div', null, link('#schemas', h('strong', null, 'Schemas')), ...schemas.map(name => link(`#${anchorOf(name)}`, name))),
  );

const groupAnchor = (tag: string): string => `group-${tag.toLowerCase().replaceAll(' ', '-')}`;
