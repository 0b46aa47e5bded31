import type { Simulation } from './simulation';

/** Parameters of one call after validation: everything is text, booleans are `0` and `1`, a JSON null is null. */
export class Params {
  constructor(private readonly values: Map<string, string | null>) {}

  text(key: string): string | undefined {
    return this.values.get(key) ?? undefined;
  }

  /** A parameter that the schema demands. */
  required(key: string): string {
    const value = this.text(key);
    if (value === undefined) throw new Error(`the schema should have demanded ${key}`);
    return value;
  }

  integer(key: string): number | undefined {
    const value = this.text(key);
    return value === undefined ? undefined : Number(value);
  }

  flag(key: string): boolean {
    return this.text(key) === '1';
  }

  has(key: string): boolean {
    return this.values.has(key);
  }

  entries(): [string, string | null][] {
    return [...this.values];
  }
}

/** One authenticated request. */
export interface Call {
  sim: Simulation;
  /** `user@realm` or `user@realm!token`; empty for a login. */
  identity: string;
  params: Params;
}

/** A list answer that carries a count beside `data`. */
export class WithTotal {
  constructor(
    readonly data: unknown,
    readonly total: number,
  ) {}
}

export interface Route {
  /** Checked before the parameters are validated, at the entry node, as Proxmox does. @throws PermissionError */
  permission?: (call: Call) => void;
  handle: (call: Call) => unknown;
}

/** By `METHOD /path/{parameter}`. */
export type Routes = Record<string, Route>;

/** The `{vmid}` of the path. */
export function vmidOf(call: Call): number {
  return Number(call.params.required('vmid'));
}

export function nodeOf(call: Call): string {
  return call.params.required('node');
}

/** Demands one of the privileges on the guest of the path. */
export function onGuest(...privileges: string[]): (call: Call) => void {
  return call => call.sim.access.checkAny(call.identity, `/vms/${call.params.required('vmid')}`, privileges);
}

/** Demands all privileges on a fixed path; `{node}` and `{storage}` are taken from the parameters. */
export function on(path: string, ...privileges: string[]): (call: Call) => void {
  return call => {
    const filled = path.replace(/\{(\w+)\}/g, (_, key: string) => call.params.required(key));
    call.sim.access.check(call.identity, filled, ...privileges);
  };
}

/** A list whose order Proxmox leaves to chance. */
export function unordered<T>(call: Call, items: T[]): T[] {
  return call.sim.order.shuffle(items);
}
