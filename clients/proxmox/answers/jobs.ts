import { Fields } from '../fields';

export interface BackupJob {
  readonly id: string;
  readonly enabled: boolean;
  readonly schedule: string | null;
  readonly storage: string | null;
  /** Backs up all guests but `exclude`. */
  readonly all: boolean;
  readonly vmids: readonly number[];
  readonly exclude: readonly number[];
  readonly pool: string | null;
  readonly node: string | null;
  readonly mode: string | null;
  readonly comment: string | null;
  /** Seconds since 1970. */
  readonly nextRun: number | null;
}

export interface ReplicationJob {
  /** `100-0` */
  readonly id: string;
  readonly guest: number;
  readonly jobnum: number | null;
  readonly source: string | null;
  readonly target: string;
  readonly schedule: string | null;
  readonly disabled: boolean;
  readonly rate: number | null;
  readonly comment: string | null;
  /** The job removes itself when this is set. */
  readonly removeJob: string | null;
}

export interface HaResource {
  /** `vm:100`, `ct:101`. */
  readonly sid: string;
  readonly type: string | null;
  /** `started`, `stopped`, `disabled`, `ignored`. */
  readonly state: string | null;
  readonly group: string | null;
  readonly maxRelocate: number | null;
  readonly maxRestart: number | null;
  readonly comment: string | null;
}

/** A row of the HA status: `type` is `quorum`, `master`, `lrm`, `service`, `fencing`. */
export interface HaStatusRow {
  readonly id: string;
  readonly type: string;
  readonly node: string | null;
  readonly status: string | null;
  readonly quorate: boolean | null;
  readonly sid: string | null;
  readonly state: string | null;
  readonly crmState: string | null;
  readonly requestState: string | null;
}

export interface HaRule {
  readonly rule: string;
  /** `node-affinity`, `resource-affinity`. */
  readonly type: string | null;
  readonly resources: readonly string[];
  /** With priorities, as stored: `pve1:2`. */
  readonly nodes: readonly string[];
  /** `positive`, `negative`: of resources to each other. */
  readonly affinity: string | null;
  readonly strict: boolean;
  readonly disabled: boolean;
  readonly comment: string | null;
}

export interface HaGroup {
  readonly group: string;
  readonly nodes: readonly string[];
  readonly restricted: boolean;
  readonly nofailback: boolean;
  readonly comment: string | null;
}

/** Proxmox VE 9 has rules, before it had groups. */
export type HaPlacement =
  | { readonly kind: 'rules'; readonly rules: readonly HaRule[] }
  | { readonly kind: 'groups'; readonly groups: readonly HaGroup[] };

export function parseBackupJobs(data: unknown): BackupJob[] {
  return Fields.rows(data).map(row => ({
    id: row.text('id'),
    enabled: row.flag('enabled', true),
    schedule: row.textOrNull('schedule'),
    storage: row.textOrNull('storage'),
    all: row.flag('all'),
    vmids: row.words('vmid').map(Number),
    exclude: row.words('exclude').map(Number),
    pool: row.textOrNull('pool'),
    node: row.textOrNull('node'),
    mode: row.textOrNull('mode'),
    comment: row.textOrNull('comment'),
    nextRun: row.numberOrNull('next-run'),
  }));
}

export function parseReplications(data: unknown): ReplicationJob[] {
  return Fields.rows(data).map(row => ({
    id: row.text('id'),
    guest: row.number('guest'),
    jobnum: row.numberOrNull('jobnum'),
    source: row.textOrNull('source'),
    target: row.text('target'),
    schedule: row.textOrNull('schedule'),
    disabled: row.flag('disable'),
    rate: row.numberOrNull('rate'),
    comment: row.textOrNull('comment'),
    removeJob: row.textOrNull('remove_job'),
  }));
}

export function parseHaResources(data: unknown): HaResource[] {
  return Fields.rows(data).map(row => ({
    sid: row.text('sid'),
    type: row.textOrNull('type'),
    state: row.textOrNull('state'),
    group: row.textOrNull('group'),
    maxRelocate: row.numberOrNull('max_relocate'),
    maxRestart: row.numberOrNull('max_restart'),
    comment: row.textOrNull('comment'),
  }));
}

export function parseHaStatus(data: unknown): HaStatusRow[] {
  return Fields.rows(data).map(row => ({
    id: row.text('id'),
    type: row.text('type'),
    node: row.textOrNull('node'),
    status: row.textOrNull('status'),
    quorate: row.flagOrNull('quorate'),
    sid: row.textOrNull('sid'),
    state: row.textOrNull('state'),
    crmState: row.textOrNull('crm_state'),
    requestState: row.textOrNull('request_state'),
  }));
}

export function parseHaRules(data: unknown): HaPlacement {
  const rules = Fields.rows(data).map(row => ({
    rule: row.text('rule'),
    type: row.textOrNull('type'),
    resources: row.words('resources'),
    nodes: row.words('nodes'),
    affinity: row.textOrNull('affinity'),
    strict: row.flag('strict'),
    disabled: row.flag('disable'),
    comment: row.textOrNull('comment'),
  }));
  return { kind: 'rules', rules };
}

export function parseHaGroups(data: unknown): HaPlacement {
  const groups = Fields.rows(data).map(row => ({
    group: row.text('group'),
    nodes: row.words('nodes'),
    restricted: row.flag('restricted'),
    nofailback: row.flag('nofailback'),
    comment: row.textOrNull('comment'),
  }));
  return { kind: 'groups', groups };
}
