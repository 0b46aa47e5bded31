import type { Request, Response, Router } from 'express';
import { listDeletions } from '../../database/repositories/deletion/requests';
import { z } from 'zod';
import { guardedRoutes } from '../auth/guarded-routes';
import type { ApiDependencies } from '../dependencies';
import { ifMatchOf, setETag } from '../etag';
import { decodeCursor, encodeCursor, setNextLink } from '../paging';
import { bodyOf, idOf, queryOf } from '../validate';
import { askForDeletion, settingsNow } from './ask';
import { adopt, decide, deletionOf, lookNow, requireTarget, takeEffect } from './decide';
import {
  approveSchema,
  cancelSchema,
  codeSchema,
  deletionQuery,
  executeSchema,
  newDeletionSchema,
  rejectSchema,
  type DecisionBody,
} from './schema';
import { viewDeletion, viewDeletionRow } from './view';

const cursorShape = z.strictObject({ offset: z.number().int().min(0).max(1_000_000) });

const asBoolean = (text: 'true' | 'false' | undefined): boolean | undefined => (text === undefined ? undefined : text === 'true');

export function deletionRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { database } = dependencies;
  const idFrom = (req: Request): string => idOf(req, 'deletion request');

  const show = async (res: Response, id: string): Promise<void> => {
    const request = await deletionOf(dependencies, id);
    setETag(res, request.version);
    res.json(await viewDeletion(database, request, res.locals.caller, await settingsNow(dependencies)));
  };

  on('GET /intent/deletion-requests', async (req, res) => {
    const { limit, cursor, open, left, endpoint, vmid } = queryOf(req, deletionQuery);
    const offset = decodeCursor(cursor, cursorShape)?.offset ?? 0;
    const rows = await listDeletions(database, {
      endpoints: res.locals.caller.endpointsWith('view'),
      limit: limit + 1,
      offset,
      endpointId: endpoint,
      vmid,
      open: asBoolean(open),
      left: asBoolean(left),
    });
    const nextCursor = rows.length > limit ? encodeCursor({ offset: offset + limit }) : null;
    setNextLink(req, res, nextCursor);
    res.json({ items: await Promise.all(rows.slice(0, limit).map(row => viewDeletionRow(database, row))), nextCursor });
  });

  on('POST /intent/deletion-requests', async (req, res) => {
    const { id, joined } = await askForDeletion(dependencies, res.locals, bodyOf(req, newDeletionSchema));
    res.status(joined ? 200 : 201).location(`/intent/deletion-requests/${id}`);
    await show(res, id);
  });

  on('GET /intent/deletion-requests/:id', async (req, res) => show(res, idFrom(req)));

  const schemas = { approve: approveSchema, reject: rejectSchema, cancel: cancelSchema } as const;
  for (const verdict of ['approve', 'reject', 'cancel'] as const) {
    on(`POST /intent/deletion-requests/:id/${verdict}`, async (req, res) => {
      const id = idFrom(req);
      const body = { ...bodyOf(req, schemas[verdict]), verdict } as DecisionBody;
      const given = await decide(dependencies, res.locals, id, ifMatchOf(req), body);
      await takeEffect(dependencies, res.locals, await deletionOf(dependencies, id), verdict, given);
      await show(res, id);
    });
  }

  on('POST /intent/deletion-requests/:id/code', async (req, res) => {
    const body = bodyOf(req, codeSchema);
    const { code, expiresAt, workflowId } = await decide(dependencies, res.locals, idFrom(req), ifMatchOf(req), body);
    res.status(201).json({ verdict: body.verdict, code, expiresAt: expiresAt.toISOString(), workflowId });
  });

  on('POST /intent/deletion-requests/:id/execute', async (req, res) => {
    const id = idFrom(req);
    requireTarget(await deletionOf(dependencies, id), bodyOf(req, executeSchema));
    await lookNow(dependencies, res.locals, id);
    res.status(202);
    await show(res, id);
  });

  on('POST /intent/deletion-requests/:id/adopt', async (req, res) => {
    const id = idFrom(req);
    await adopt(dependencies, res.locals, id);
    await show(res, id);
  });

  return router;
}
