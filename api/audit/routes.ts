import type { Router } from 'express';
import { listAudit, listOpenIntents } from '../../database/repositories/audit';
import type { AuditRow } from '../../domain/audit/record';
import { guardedRoutes } from '../auth/guarded-routes';
import type { ApiDependencies } from '../dependencies';
import { decodeCursor, encodeCursor, setNextLink } from '../paging';
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
    const answer: OpenIntentsView = { items: (await listOpenIntents(database, queryOf(req, openIntentsQuery))).map(viewRow) };
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
