import type { Auditor } from './audit/auditor';
import type { Identity } from './auth/identity';

declare global {
  namespace Express {
    /** What the middleware knows about a request. */
    interface Locals {
      requestId: string;
      /** The trace that it belongs to, as a W3C `traceparent` to hand on. */
      traceparent: string;
      /** Who asks: known on every route that is not for everybody. */
      caller: Identity;
      /** Audits what the request does. */
      audit: Auditor;
    }
  }
}
