import type { LoggedRequest } from './request-log';

export type FaultAction =
  | { kind: 'status'; status: number; message?: string }
  /** The connection is cut without an answer. */
  | { kind: 'reset' }
  /** No answer for `ms`, then the connection is cut. */
  | { kind: 'hang'; ms: number }
  /** The answer comes `ms` later. */
  | { kind: 'delay'; ms: number }
  /** The announced length is right, half of the bytes come, then the connection is cut. */
  | { kind: 'truncate' }
  /** 200 with a body that is no JSON. */
  | { kind: 'garbage' }
  /** 200 with a proxy's HTML page. */
  | { kind: 'html' }
  /** 200 without a body. */
  | { kind: 'empty' };

export interface FaultSpec {
  match: {
    method?: string;
    /** Regular expression on the path without `/api2/json` and query. */
    pathPattern?: string;
    /** Fires from the n-th matching request on, counted from 1 since the fault was added; default 1. */
    nth?: number;
    /** How often it fires; default 1, 0 is without end. */
    count?: number;
  };
  /** Instead of the request's effect, or after it. */
  when: 'before' | 'after';
  action: FaultAction;
}

/** A fault and how often it has matched and fired. */
export interface Fault extends FaultSpec {
  id: number;
  matched: number;
  fired: number;
}

/** Faults that wait for their request. The first that is due wins. */
export class Faults {
  private faults: Fault[] = [];
  private nextId = 1;

  /** @throws SyntaxError when the pattern is no regular expression */
  add(spec: FaultSpec): Fault {
    new RegExp(spec.match.pathPattern ?? '');
    const fault: Fault = { ...spec, id: this.nextId++, matched: 0, fired: 0 };
    this.faults.push(fault);
    return fault;
  }

  list(): readonly Fault[] {
    return this.faults;
  }

  clear(): void {
    this.faults = [];
  }

  /** The fault that this request meets, if any. Every matching fault counts the request. */
  meet(request: LoggedRequest): Fault | undefined {
    let due: Fault | undefined;
    for (const fault of this.faults) {
      const { method, pathPattern, nth = 1, count = 1 } = fault.match;
      if (method !== undefined && method.toUpperCase() !== request.method) continue;
      if (pathPattern !== undefined && !new RegExp(pathPattern).test(request.path)) continue;
      fault.matched++;
      if (due === undefined && fault.matched >= nth && (count === 0 || fault.fired < count)) due = fault;
    }
    if (due !== undefined) due.fired++;
    return due;
  }
}
