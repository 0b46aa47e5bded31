import type { Request, Response } from 'express';
import { z } from 'zod';
import { listAudit } from '../../../database/repositories/audit';
import { listDeletions, type Deletion } from '../../../database/repositories/deletion/requests';
import { listEndpoints } from '../../../database/repositories/endpoints';
import { listHolders } from '../../../database/repositories/people/holders';
import type { ApiDependencies } from '../../dependencies';
import { askForDeletion, settingsNow } from '../../deletion/ask';
import { adopt, decide, deletionOf, lookNow, takeEffect } from '../../deletion/decide';
import { codeSchema, newDeletionSchema } from '../../deletion/schema';
import { viewDeletion, viewDeletionRow } from '../../deletion/view';
import { decodeCursor, encodeCursor } from '../../paging';
import { idOf } from '../../validate';
import { check, refusal, typedOf } from '../form-input';
import { givenQuery } from '../given-query';
import type { GuardedPages } from '../guarded-pages';
import type { FieldErrors, FormState, Typed } from '../html/form';
import { sendPage } from '../html/layout';
import { guestText } from './card';
import type { Sent } from './decide';
import { inboxBody } from './list';
import { requestBody } from './request';

/** Open requests on one page; there are few. */
const MOST_OPEN = 200;
const ENDED_ROWS = 25;
const AUDIT_ROWS = 200;
const listQuery = z.strictObject({ cursor: z.string().max(500).optional() });
const cursorShape = z.strictObject({ offset: z.number().int().min(0).max(1_000_000) });

export function deletionPages({ on }: GuardedPages, dependencies: ApiDependencies): void {
  const { database, netboxUrl } = dependencies;
  const deciders = ({ endpointId }: Deletion) => listHolders(database, 'authorize_deletion_request', endpointId);

  const showInbox = async (req: Request, res: Response, form: FormState, status = 200): Promise<void> => {
    const { caller } = res.locals;
    const { cursor } = givenQuery(req, listQuery);
    const offset = decodeCursor(cursor, cursorShape)?.offset ?? 0;
    const endpoints = caller.endpointsWith('view');
    const [open, ended, values, all] = await Promise.all([
      offset === 0 ? listDeletions(database, { endpoints, open: true, limit: MOST_OPEN, offset: 0 }) : [],
      listDeletions(database, { endpoints, open: false, limit: ENDED_ROWS + 1, offset }),
      settingsNow(dependencies),
      listEndpoints(database),
    ]);
    const cards = open.map(async request => ({
      request: await viewDeletion(database, request, caller, values),
      deciders: await deciders(request),
    }));
    const body = inboxBody({
      ...{ caller, form, open: await Promise.all(cards) },
      ended: await Promise.all(ended.slice(0, ENDED_ROWS).map(request => viewDeletionRow(database, request))),
      endpoints: all.filter(
        ({ id }) => caller.permissions('intent_delete_vm', id) || caller.permissions('intent_delete_lxc', id),
      ),
      first: offset === 0,
      next: ended.length > ENDED_ROWS ? encodeCursor({ offset: offset + ENDED_ROWS }) : undefined,
    });
    sendPage(res, { title: 'Deletion requests', place: 'deletions', body }, status);
  };

  const showRequest = async (res: Response, id: string, sent?: Sent): Promise<void> => {
    const { caller } = res.locals;
    const found = await deletionOf(dependencies, id);
    const request = await viewDeletion(database, found, caller, await settingsNow(dependencies));
    const about = { objectType: 'deletion-request', objectId: id };
    const { rows: audit } = await listAudit(database, about, { before: undefined, limit: AUDIT_ROWS });
    const body = requestBody({ request, deciders: await deciders(found), audit, caller, netboxUrl, sent });
    sendPage(res, { title: `Deletion of ${guestText(request)}`, place: 'deletions', body }, sent === undefined ? 200 : 422);
  };

  on('GET /ui/deletions', (req, res) => showInbox(req, res, { typed: {}, errors: {} }));

  on('POST /ui/deletions', async (req, res) => {
    const typed = typedOf(req);
    const { endpoint_id, kind, reason, vmid } = typed;
    const body = { endpoint_id, vmid: Number(vmid), reason, ...(kind !== undefined && kind !== '' && { kind }) };
    const asked = check(newDeletionSchema, body, typed);
    const failed = (errors: FieldErrors) => showInbox(req, res, { typed, errors }, 422);
    if ('errors' in asked) return failed(asked.errors);
    try {
      const { id } = await askForDeletion(dependencies, res.locals, asked.data);
      res.redirect(303, `/ui/deletions/${id}`);
    } catch (error) {
      await failed(refusal(error));
    }
  });

  on('GET /ui/deletions/:id', (req, res) => showRequest(res, idOf(req, 'deletion request')));

  for (const verdict of ['approve', 'reject', 'cancel'] as const) {
    on(`POST /ui/deletions/:id/${verdict}`, async (req, res) => {
      const id = idOf(req, 'deletion request');
      const typed = typedOf(req);
      const failed = (errors: FieldErrors) => showRequest(res, id, { verdict, typed, errors });
      const said = check(codeSchema, decisionOf(verdict, typed), typed);
      if ('errors' in said) return failed(said.errors);
      try {
        const given = await decide(dependencies, res.locals, id, `"${typed['version'] ?? ''}"`, said.data);
        await takeEffect(dependencies, res.locals, await deletionOf(dependencies, id), verdict, given);
        res.redirect(303, `/ui/deletions/${id}`);
      } catch (error) {
        await failed(refusal(error));
      }
    });
  }

  on('POST /ui/deletions/:id/look', async (req, res) => {
    const id = idOf(req, 'deletion request');
    await lookNow(dependencies, res.locals, id);
    res.redirect(303, `/ui/deletions/${id}`);
  });

  on('POST /ui/deletions/:id/adopt', async (req, res) => {
    const id = idOf(req, 'deletion request');
    await adopt(dependencies, res.locals, id);
    res.redirect(303, `/ui/deletions/${id}`);
  });
}

/** What a form means in the words of the API. */
function decisionOf(verdict: Sent['verdict'], { digest, name, reason, without_backup: without }: Typed): object {
  if (verdict === 'approve') return { verdict, digest, name: name?.trim(), without_backup: without === 'on' };
  if (verdict === 'reject') return { verdict, reason: reason?.trim() };
  return { verdict, ...(reason !== undefined && reason.trim() !== '' && { reason: reason.trim() }) };
}
