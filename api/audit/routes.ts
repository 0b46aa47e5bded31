import type { Router } from 'express';
import { listAudit, listOpenIntents } from '../../database/repositories/audit';
import type { AuditRow } from '../../domain/audit/record';
import { guardedRoutes } from '../auth/guarded-routes';
import type { ApiDependencies } from '../dependencies';
import { decodeCursor, encodeCursor, pageOf, setNextLink } from '../paging';
import { queryOf } from '../validate';
import {
  auditCursorSchema,
  type AuditListView,
  auditQuery,
  type AuditReportView,
  type AuditRowView,
  openIntentsQuery,
  type OpenIntentsView,
} from './schema';

/** More than that is a matter for the log of whoever was ended in their middle. */
const MOST_OPEN_INTENTS = 10_000;

export function auditRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { database, audit } = dependencies;

  on('GET /audit', async (req, res) => {
    const { cursor, limit, ...filter } = queryOf(req, auditQuery);
    const before = decodeCursor(cursor, auditCursorSchema)?.before;
    const { rows, next } = await listAudit(database, filter, { before, limit });
    const nextCursor = next === undefined ? null : encodeCursor({ before: next });
    setNextLink(req, res, nextCursor);
    const answer: AuditListView = { items: rows.map(viewRow), nextCursor };
    res.json(answer);
  });

  on('GET /audit/open-intents', async (req, res) => {
    const { olderThanSeconds, ...page } = queryOf(req, openIntentsQuery);
    const rows = (await listOpenIntents(database, { olderThanSeconds, limit: MOST_OPEN_INTENTS })).map(viewRow);
    const answer: OpenIntentsView = pageOf(req, res, rows, page);
    res.json(answer);
  });

  on('GET /audit/verify', async (_req, res) => {
    const report = await audit.verify();
    const answer: AuditReportView = { intact: report.fault === null, ...report };
    res.json(answer);
  });

  return router;
}

const viewRow = ({ keyId: _keyId, previous: _previous, ...row }: AuditRow): AuditRowView => row;
