import type { Json } from '../json';
import type { Request } from '../http/message';

/** What goes wrong. `hang` never answers for `ms`, then drops the connection; `truncate` cuts the answer in the middle. */
export type FaultAction =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: Json;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang'; readonly ms: number }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'html' }
  | { readonly kind: 'truncate' };

/** Which requests a fault hits: the `nth` matching one (1 by default) and those after it, `count` times (1 by default). */
export interface FaultMatch {
  readonly method?: string;
  /** Regular expressions over path with query, and over the body. */
  readonly pathPattern?: string;
  readonly bodyPattern?: string;
  readonly nth?: number;
  readonly count?: number;
}

/** `before`: the request has no effect. `after`: it has its whole effect, and only the answer is touched. */
export interface FaultSpec {
  readonly match: FaultMatch;
  readonly when: 'before' | 'after';
  readonly action: FaultAction;
}

interface Armed {
  readonly id: number;
  readonly spec: FaultSpec;
  seen: number;
  fired: number;
}

/** The armed faults. */
export class Faults {
  private armed: Armed[] = [];
  private lastId = 0;

  add(spec: FaultSpec): number {
    this.lastId += 1;
    this.armed.push({ id: this.lastId, spec, seen: 0, fired: 0 });
    return this.lastId;
  }

  clear(): void {
    this.armed = [];
  }

  list(): { id: number; spec: FaultSpec; seen: number; fired: number }[] {
    return this.armed.map(each => ({ ...each }));
  }

  /** The fault that this request meets, if any. Counts the request for every fault that it matches. */
  meet(request: Request): FaultSpec | undefined {
    let hit: FaultSpec | undefined;
    for (const fault of this.armed) {
      const { match } = fault.spec;
      if (!matches(match, request)) continue;
      fault.seen += 1;
      if (hit || fault.seen < (match.nth ?? 1) || fault.fired >= (match.count ?? 1)) continue;
      fault.fired += 1;
      hit = fault.spec;
    }
    return hit;
  }
}

function matches(match: FaultMatch, request: Request): boolean {
  const target = request.queryText === '' ? request.path : `${request.path}?${request.queryText}`;
  if (match.method !== undefined && match.method.toUpperCase() !== request.method) return false;
  if (match.pathPattern !== undefined && !new RegExp(match.pathPattern).test(target)) return false;
  return match.bodyPattern === undefined || new RegExp(match.bodyPattern).test(request.bodyText);
}
