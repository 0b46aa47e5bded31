import type { RequestHandler } from 'express';
import type { AuditActor } from '../../domain/audit/record';
import type { Identity } from '../auth/identity';
import type { ApiDependencies } from '../dependencies';
import { createAuditor } from './auditor';

/** Gives every request its auditor, for whoever answers it. */
export function auditRequests({ audit, log }: Pick<ApiDependencies, 'audit' | 'log'>): RequestHandler {
  return (req, res, next) => {
    const label = req.get('x-proxbox-actor') ?? null;
    const { requestId } = res.locals;
    res.locals.audit = createAuditor({ chain: audit.chain, log, requestId, actor: () => actorOf(res.locals.caller, label) });
    next();
  };
}

function actorOf(caller: Identity | undefined, label: string | null): AuditActor {
  if (caller === undefined) return { ...nobody, label };
  const { kind, userId: id, name, how: authenticatedBy } = caller;
  return { kind, id, name, authenticatedBy, label };
}

/** Whoever has not proved who they are. */
export const nobody: AuditActor = { kind: 'unknown', id: null, name: 'unknown', authenticatedBy: 'none', label: null };

/** This service, by itself. */
export const system: AuditActor = { kind: 'system', id: null, name: 'proxbox', authenticatedBy: 'none', label: null };
