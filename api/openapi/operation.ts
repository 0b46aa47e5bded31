import type { z } from 'zod';
import type { RouteName } from '../auth/route-access';
import type { ProblemCode } from '../errors';

/**
 * What a route is to the programs that call it. To declare one:
 *
 * 1. add the route to `routeAccess`;
 * 2. describe it in the `operations.ts` beside its router, with the very schemas that the handler checks and answers with;
 * 3. a new `operations.ts` is added to the register, `api/openapi/operations.ts`, which does not compile while a route of `routeAccess` is missing.
 *
 * What follows from the access and the method is added to the document and is not repeated here: path parameters (UUIDs unless `path` says
 * otherwise), credentials, 401, 403, 404, 413, 415, 429, the Idempotency-Key of a POST, and what an invalid body or query is answered with. A schema with `.meta({ id })` becomes
 * a named one of the document. The tests of the API hold every answer that they get against its declaration.
 */
export interface Operation {
  /** Name of the function in a generated client; a contract like the path: `listRuns`. */
  id: string;
  tag: Tag;
  /** One line without a full stop: `List runs`. */
  summary: string;
  /** What is worth knowing beyond that. */
  description?: string;
  /** Path parameters that are no UUID. */
  path?: Readonly<Record<string, z.ZodType>>;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** A body that is accepted as it stands. */
  example?: object;
  /** The change names the version that it was made from: 412 and 428. */
  ifMatch?: true;
  /** Takes `Prefer: wait=N`. Its answers say what comes in time (200), and what else (202). */
  wait?: true;
  /** By status: what it answers when it works. */
  answers: Readonly<Record<number, OperationAnswer>>;
  /** Ways to fail that follow from nothing else here. */
  problems?: readonly ProblemCode[];
}

export interface OperationAnswer {
  /** A sentence. */
  description: string;
  /** Absent for an answer without a body. */
  body?: z.ZodType;
  /** Media type of the body; JSON unless given. Of `text/event-stream`, the body describes one event. */
  type?: string;
  headers?: readonly AnswerHeader[];
  /** A body that fits the schema. */
  example?: unknown;
}

export type AnswerHeader = 'ETag' | 'Link' | 'Location';

/** The operations of one router. */
export type Operations = Readonly<Partial<Record<RouteName, Operation>>>;

/** What people look for operations under, in the order in which they are shown. */
export const tags = {
  Endpoints: 'The Proxmox clusters and hosts that are reflected into NetBox.',
  Runs: 'Syncs, the plans that they made, and how they ended.',
  Intent: 'Changes of guests that NetBox or a request asks for: planned, checked and applied.',
  'Deletion requests': 'Guests that somebody wants gone, and that somebody else decides about.',
  Schedules: 'Syncs that start by themselves.',
  Settings: 'What holds for the installation, and what each endpoint decides for itself.',
  Notifications: 'Who is told of what happens, by mail and webhook.',
  'Who asks': 'Signing in, and the tokens of whoever is signed in.',
  Users: 'People, what they may do, and their tokens.',
  Roles: 'Named sets of permissions.',
  Audit: 'Who did what: an append-only chain of rows.',
  System: 'The service itself.',
} as const;
export type Tag = keyof typeof tags;
