import { endpointView, type EndpointView } from '../../../api/endpoints/schema';
import { runListView, runView, type RunListView, type RunView } from '../../../api/runs/schema';
import { z } from 'zod';
import type { Answer, ApiServer } from './api-server';

const problemSchema = z.strictObject({
  type: z.string().startsWith('urn:proxbox:problem:'),
  title: z.string(),
  status: z.number(),
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })).optional(),
  retryable: z.boolean(),
  traceId: z.string(),
});

/** The problem of an answer, after a check that it is one. */
export function problemOf({ status, headers, body }: Answer): z.output<typeof problemSchema> {
  const problem = problemSchema.parse(body);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(problem.status).toBe(status);
  expect(problem.type).toBe(`urn:proxbox:problem:${problem.code}`);
  expect(problem.traceId).toBe(headers.get('x-request-id'));
  return problem;
}

export const pointersOf = (answer: Answer): string[] => (problemOf(answer).errors ?? []).map(({ pointer }) => pointer);

/** Parsing shows, too, that an answer has every documented key and no other. */
export const endpointOf = ({ body }: Answer): EndpointView => endpointView.parse(body);
export const runOf = ({ body }: Answer): RunView => runView.parse(body);
export const runsOf = ({ body }: Answer): RunListView => runListView.parse(body);

export const token = (secret = 'canary-read-secret') => ({ kind: 'token', principal: 'proxbox@pve!sync', secret });

export async function createEndpoint(server: ApiServer, body: Record<string, unknown> = {}): Promise<EndpointView> {
  const answer = await server.ask('POST', '/endpoints', {
    body: {
      name: `pve-${Math.random().toString(36).slice(2)}`,
      url: 'https://pve.example.com',
      credentials: { read: token() },
      ...body,
    },
  });
  expect(answer.status).toBe(201);
  return endpointOf(answer);
}
