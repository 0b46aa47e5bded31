import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import type { Express } from 'express';
import type { ILayer } from 'express-serve-static-core';
import pino from 'pino';
import { createApp } from '../../../../api/app';
import { createAuthenticate } from '../../../../api/auth/authenticate';
import { RunEventSignal } from '../../../../api/runs/event-signal';
import { createNetworkGuard } from '../../../../config/network-guard';
import { Secret } from '../../../../config/secret';
import { AuditChain } from '../../../../database/audit-chain';
import { AuditKey } from '../../../../database/audit-key';
import { verifyAuditChain } from '../../../../database/audit-verify';
import { SecretBox } from '../../../../database/secrets';
import type { TestDatabase } from '../../../support/test-database';
import { RecordingTemporal } from '../../support/recording-temporal';

/** Every route that the application answers, as Express knows them: `GET /runs/:id`. */
export function routesOfApp({ pool }: TestDatabase): string[] {
  const auditKey = new AuditKey(new Secret(randomBytes(32)));
  const app: Express = createApp({
    database: pool,
    databaseEngine: 'embedded',
    secrets: new SecretBox(new Secret(randomBytes(32))),
    temporal: new RecordingTemporal(),
    temporalUi: { url: undefined, namespace: 'default' },
    authenticate: createAuthenticate(pool, undefined),
    limitRequests: (_req, _res, next) => next(),
    audit: { chain: new AuditChain(pool, auditKey), verify: () => verifyAuditChain(pool, auditKey, tmpdir()) },
    environment: {},
    metrics: undefined,
    tracing: undefined,
    trustedProxies: [],
    runEvents: { signal: new RunEventSignal(pool, pino({ level: 'silent' })), stopping: new AbortController().signal },
    network: createNetworkGuard([]),
    publicUrl: undefined,
    oidc: undefined,
    netboxUrl: undefined,
    log: pino({ level: 'silent' }),
  });
  return app.router.stack.flatMap(layer => routesOf(layer));
}

function routesOf({ route, handle }: ILayer): string[] {
  if (route !== undefined) return [...new Set(route.stack.map(({ method }) => `${method.toUpperCase()} ${route.path}`))];
  const inner: unknown = Reflect.get(handle, 'stack');
  return Array.isArray(inner) ? inner.flatMap((layer: ILayer) => routesOf(layer)) : [];
}
