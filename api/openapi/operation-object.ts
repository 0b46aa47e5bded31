import { z } from 'zod';
import type { Access } from '../auth/route-access';
import { header, parameter } from './components';
import type { MediaType, Method, OperationObject, ParameterObject, Reference, ResponseObject } from './document-types';
import type { Operation, OperationAnswer } from './operation';
import type { ProblemBook } from './problem-book';
import { problemsOf, takesIdempotencyKey } from './problems';
import type { SchemaBook } from './schema-book';

/** What operations have in common is described once. */
export interface Books {
  book: SchemaBook;
  problems: ProblemBook;
}

export function describeOperation(
  { book, problems }: Books,
  method: Method,
  path: string,
  access: Access,
  operation: Operation,
): OperationObject {
  const { id, tag, summary, description, body, example } = operation;
  const keyed = takesIdempotencyKey(method, access.who);
  const parameters = [
    ...pathParameters(book, path, operation),
    ...queryParameters(book, operation),
    ...(operation.ifMatch ? [parameter('IfMatch')] : []),
    ...(keyed ? [parameter('IdempotencyKey')] : []),
    ...(operation.wait ? [parameter('Prefer')] : []),
  ];
  const responses: OperationObject['responses'] = {};
  const answers = new Map(Object.entries(operation.answers));
  for (const [status, answer] of answers) {
    responses[status] = describeAnswer(book, answer, { keyed, waited: operation.wait === true });
  }
  for (const [status, codes] of problemsOf(method, path, access, operation)) {
    const answer = answers.get(String(status));
    responses[status] =
      answer === undefined
        ? problems.of(status, codes)
        : beside(describeAnswer(book, answer, { keyed, waited: false }), problems.describe(status, codes));
  }
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: describeBody(book, body, example, access) }),
    responses,
    security: access.who === 'everybody' ? [] : [{ bearer: [] }, { apiKey: [] }, { session: [] }],
    'x-proxbox-access': access,
  };
}

function pathParameters(book: SchemaBook, path: string, { path: schemas }: Operation): ParameterObject[] {
  return [...path.matchAll(/\/([\w-]+)\/:(\w+)/g)].map(([, what = '', name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: `Of the ${what.replace(/s$/, '')}.`,
    schema: book.of(schemas?.[name] ?? z.uuid(), 'input'),
  }));
}

function queryParameters(book: SchemaBook, { query }: Operation): ParameterObject[] {
  if (query === undefined) return [];
  return Object.entries<z.ZodType>(query.shape).map(([name, schema]) => {
    const { description, ...bare } = book.of(schema, 'input');
    return {
      name,
      in: 'query',
      required: !schema.safeParse(undefined).success,
      ...(description !== undefined && { description }),
      schema: bare,
    };
  });
}

/** A body that may be `{}` may be left out. */
function describeBody(
  book: SchemaBook,
  body: z.ZodType,
  example: object | undefined,
  { form }: Access,
): NonNullable<OperationObject['requestBody']> {
  const media: MediaType = { schema: book.of(body, 'input'), ...(example !== undefined && { example }) };
  return {
    required: !body.safeParse({}).success,
    content: { 'application/json': media, ...(form && { 'application/x-www-form-urlencoded': media }) },
  };
}

function describeAnswer(
  book: SchemaBook,
  { description, body, type = 'application/json', headers = [], example }: OperationAnswer,
  { keyed, waited }: { keyed: boolean; waited: boolean },
): ResponseObject {
  const named: Record<string, Reference> = { 'X-Request-Id': header('X-Request-Id') };
  for (const name of headers) named[name] = header(name);
  if (keyed) named['Idempotency-Replayed'] = header('Idempotency-Replayed');
  if (waited) named['Preference-Applied'] = header('Preference-Applied');
  return {
    description,
    headers: named,
    ...(body !== undefined && {
      content: { [type]: { schema: book.of(body, 'output'), ...(example !== undefined && { example }) } },
    }),
  };
}

/** An answer and the problems of its status. */
const beside = (answer: ResponseObject, problem: ResponseObject): ResponseObject => ({
  description: `${answer.description} ${problem.description}`,
  headers: { ...answer.headers, ...problem.headers },
  content: { ...answer.content, ...problem.content },
});
