import { z } from 'zod';
import { findAuditRow, findOtherHalf, listAudit, listOpenIntents } from '../../../database/repositories/audit';
import { type Endpoint, listEndpoints } from '../../../database/repositories/endpoints';
import { listRoles } from '../../../database/repositories/people/roles';
import { listUsers } from '../../../database/repositories/people/users';
import { listSchedules } from '../../../database/repositories/schedules';
import { auditCursorSchema, auditQuery } from '../../audit/schema';
import type { ApiDependencies } from '../../dependencies';
import { decodeCursor, encodeCursor } from '../../paging';
import { notFound } from '../../validate';
import { givenQuery } from '../given-query';
import type { GuardedPages } from '../guarded-pages';
import { sendPage } from '../html/layout';
import { auditListBody, openIntentsBody, verifiedBody } from './list';
import { auditRowBody } from './row';
import type { Names } from './words';

const PAGE_ROWS = 50;
const MOST_OPEN = 500;
/** Younger ones may still be under way. */
const OPEN_AFTER_SECONDS = 60;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** Of the page: days of UTC in place of moments, the last one included. */
const listQuery = auditQuery
  .pick({ actor: true, action: true, result: true, endpointId: true, runId: true, cursor: true })
  .extend({ since: z.iso.date().optional(), until: z.iso.date().optional() });

const seqSchema = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

async function readNames(database: ApiDependencies['database'], endpoints: readonly Endpoint[]): Promise<Names> {
  const [users, roles, schedules] = await Promise.all([listUsers(database), listRoles(database), listSchedules(database)]);
  return new Map(
    [...endpoints, ...roles, ...schedules, ...users.map(({ id, username: name }) => ({ id, name }))].map(({ id, name }) => [
      id,
      name,
    ]),
  );
}

export function auditPages({ on }: GuardedPages, { database, audit }: ApiDependencies): void {
  on('GET /ui/audit', async (req, res) => {
    const { cursor, ...choice } = givenQuery(req, listQuery);
    const before = decodeCursor(cursor, auditCursorSchema)?.before;
    const { since, until, ...filter } = choice;
    const days = {
      since: since === undefined ? undefined : new Date(since),
      until: until === undefined ? undefined : new Date(Date.parse(until) + DAY_MS),
    };
    const [{ rows, next }, open, endpoints] = await Promise.all([
      listAudit(database, { ...filter, ...days }, { before, limit: PAGE_ROWS }),
      listOpenIntents(database, { olderThanSeconds: OPEN_AFTER_SECONDS, limit: MOST_OPEN }),
      listEndpoints(database),
    ]);
    const names = await readNames(database, endpoints);
    const body = auditListBody({
      ...{ caller: res.locals.caller, rows, choice, endpoints, names, open: open.length },
      first: cursor === undefined,
      next: next === undefined ? undefined : encodeCursor({ before: next }),
    });
    sendPage(res, { title: 'Audit', place: 'audit', body });
  });

  on('GET /ui/audit/open', async (_req, res) => {
    const [rows, endpoints] = await Promise.all([
      listOpenIntents(database, { olderThanSeconds: OPEN_AFTER_SECONDS, limit: MOST_OPEN }),
      listEndpoints(database),
    ]);
    sendPage(res, { title: 'Open intents', place: 'audit', body: openIntentsBody(rows, await readNames(database, endpoints)) });
  });

  on('GET /ui/audit/:seq', async (req, res) => {
    const seq = seqSchema.safeParse(req.params['seq']);
    const row = seq.success ? await findAuditRow(database, seq.data) : undefined;
    if (row === undefined) throw notFound('audit row');
    const [other, endpoints] = await Promise.all([findOtherHalf(database, row), listEndpoints(database)]);
    const body = auditRowBody(row, other, await readNames(database, endpoints));
    sendPage(res, { title: `Audit row ${row.seq}`, place: 'audit', body });
  });

  /** Reads the whole log, so a person asks for it; it changes nothing. */
  on('POST /ui/audit/verify', async (_req, res) => {
    sendPage(res, { title: 'Audit chain', place: 'audit', body: verifiedBody(res.locals.caller, await audit.verify()) });
  });
}
