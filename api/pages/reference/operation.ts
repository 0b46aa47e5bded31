import type { Access } from '../../auth/route-access';
import type {
  MediaType,
  Method,
  OpenApiDocument,
  OperationObject,
  ParameterObject,
  Reference,
} from '../../openapi/document-types';
import { type Children, h, type Html } from '../html/h';
import { link, row, table } from '../html/parts';
import { prose } from './prose';
import { meaningOf, schemaTable, typeOf } from './schema';

export interface PlacedOperation {
  method: Method;
  path: string;
  operation: OperationObject;
  components: OpenApiDocument['components'];
}

export function operationCard({ method, path, operation, components }: PlacedOperation): Html {
  const { operationId, summary, description, parameters = [], requestBody } = operation;
  const given = parameters.map(parameter => resolve(parameter, components.parameters));
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  return h(
    'article',
    { class: 'card operation', id: operationId },
    h('h3', null, link(`#${operationId}`, summary)),
    h('p', null, h('span', { class: `method ${method}` }, method.toUpperCase()), ' ', h('code', null, path)),
    h('p', { class: 'hint' }, whoMay(operation['x-proxbox-access'])),
    description !== undefined && h('p', null, prose(description)),
    given.length > 0 && parameterTable(summary, given),
    type !== undefined && media !== undefined && bodyPart(summary, type, media, requestBody?.required === true),
    media?.example !== undefined && h('pre', null, JSON.stringify(media.example, null, 2)),
    answers(operation, components),
  );
}

/** What stands here, or what is referred to by its name. */
function resolve<T extends object>(given: T | Reference, named: Record<string, T>): T {
  if (!('$ref' in given)) return given;
  const found = named[given.$ref.split('/').at(-1) ?? ''];
  if (found === undefined) throw new Error(`The document has no ${given.$ref}.`);
  return found;
}

const parameterTable = (summary: string, parameters: ParameterObject[]): Html =>
  table(
    `Parameters of: ${summary}`,
    ['Parameter', 'In', 'Type', 'Meaning'],
    parameters.map(({ name, in: place, required, description = '', schema }) =>
      row(
        [h('code', null, name), required && h('small', { class: 'required' }, ' required')],
        place,
        typeOf(schema),
        meaningOf({ ...schema, description }),
      ),
    ),
  );

const bodyPart = (summary: string, type: string, { schema }: MediaType, required: boolean): Html =>
  h(
    'div',
    null,
    h('h4', null, 'Body ', h('small', { class: 'hint' }, `${type}${required ? '' : ', may be left out'}`)),
    schemaTable(`the body of: ${summary}`, schema),
  );

/** What works in full; of what fails, the codes. */
function answers({ summary, responses }: OperationObject, components: OpenApiDocument['components']): Html {
  const all = Object.entries(responses).map(([status, response]) => [status, resolve(response, components.responses)] as const);
  const works = all.filter(([status]) => Number(status) < 400);
  const fails = all.filter(([status]) => Number(status) >= 400);
  return h(
    'div',
    null,
    ...works.flatMap(([status, { description, content = {} }]): Children[] => [
      h('h4', null, `${status} `, h('small', { class: 'hint' }, ...prose(description))),
      ...Object.values(content).map(({ schema }) => schemaTable(`the answer ${status} of: ${summary}`, schema)),
    ]),
    h(
      'details',
      null,
      h('summary', null, 'How it can fail'),
      table(
        `How this can fail: ${summary}`,
        ['Status', 'Problems'],
        fails.map(([status, { description }]) => row(h('code', null, status), prose(description))),
      ),
    ),
  );
}

function whoMay(access: Access): Children[] {
  switch (access.who) {
    case 'everybody':
      return ['Needs no token.'];
    case 'signed-in':
      return ['For whoever is signed in.'];
    case 'person':
      return ['For a person, about themselves.'];
    default:
      return ['Needs the permission ', h('code', null, access.who), ` ${where[access.on] ?? 'on what it is about'}.`];
  }
}

const where: Readonly<Record<string, string>> = {
  installation: 'on the whole installation',
  'some-endpoint': 'on at least one endpoint; it shows and takes what the caller may',
  endpoint: 'on the endpoint',
  run: 'on every endpoint of the run',
  schedule: 'on every endpoint of the schedule',
};
