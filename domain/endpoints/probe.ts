/** What a test of an endpoint's connections found. Nothing of it is secret. */
export interface ProbeResult {
  proxmox: ProxmoxProbe;
  netbox: NetBoxProbe;
}

/** Why something could not be asked: the reason that a run would end with, and what to do. */
export interface ProbeProblem {
  reason: string;
  message: string;
}

export interface ProxmoxProbe {
  /** Null when it answered. */
  problem: ProbeProblem | null;
  version: string | null;
  cluster: ProbedCluster | null;
  /** Whether this is the cluster that the endpoint belongs to; null when it was not seen. */
  binding: 'unbound' | 'same' | 'other' | 'taken' | null;
  /** What the binding means for the next run, where it stops it. */
  bindingMessage: string | null;
  /** Guests that the credential shows. */
  guests: number | null;
  missing: MissingPrivilege[];
}

export interface ProbedCluster {
  name: string;
  mode: 'cluster' | 'standalone';
  nodes: { name: string; online: boolean; fingerprint: string | null }[];
}

/** A privilege that the credential lacks. */
export interface MissingPrivilege {
  credential: 'read' | 'write';
  path: string;
  privilege: string;
  /** What is not seen, or cannot be done, for want of it. */
  hides: string;
  /** Whether nothing works without it. */
  required: boolean;
}

export interface NetBoxProbe {
  problem: ProbeProblem | null;
  version: string | null;
  plugins: Record<string, string>;
  missing: MissingNetBoxPermission[];
}

export type NetBoxAction = 'view' | 'add' | 'change' | 'delete';

/** A permission that the token's user lacks, or that the token may not use. */
export interface MissingNetBoxPermission {
  /** As NetBox's permissions name it, such as `dcim.device`. */
  objectType: string;
  actions: NetBoxAction[];
  required: boolean;
}

/** Whether a sync can work: what is merely hidden or optional does not count. */
export const isFit = ({ proxmox, netbox }: ProbeResult): boolean =>
  proxmox.problem === null &&
  netbox.problem === null &&
  proxmox.binding !== 'other' &&
  proxmox.binding !== 'taken' &&
  ![...proxmox.missing, ...netbox.missing].some(({ required }) => required);

/** Whether nothing at all is missing. */
export const isWhole = (result: ProbeResult): boolean =>
  isFit(result) && result.proxmox.missing.length === 0 && result.netbox.missing.length === 0;
