/** What a run noticed without changing it. Codes are stable; the sentences are for people and say what to do. */
export type FindingCode =
  | 'ip-conflict'
  | 'drift'
  | 'edit-kept'
  | 'ambiguous'
  | 'name-suffixed'
  | 'cluster-renamed'
  | 'device-renamed'
  | 'recreated'
  | 'evidence-changed'
  | 'evidence-shared'
  | 'unproven'
  | 'matched'
  | 'deleted-in-netbox'
  | 'gone-from-proxmox'
  | 'guest-unreadable'
  | 'guest-remark'
  | 'not-in-netbox'
  | 'list-incomplete'
  | 'custom-field-type'
  | 'netbox-extras'
  | 'kept-because-others'
  | 'template-skipped'
  | 'intent-hold-expired'
  | 'deletion-undecided';

export interface Finding {
  code: FindingCode;
  severity: 'info' | 'warning' | 'error';
  kind?: string;
  key?: string;
  label: string;
  message: string;
  detail?: Record<string, unknown>;
}
