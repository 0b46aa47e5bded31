/** Names that the API, the worker and the workflows share. Workflow type names are recorded in histories: never rename one. */

export const taskQueues = {
  /** Workflows and short activities. */
  control: 'proxbox-control',
  /** Reads of Proxmox and bulk writes to NetBox. */
  reflect: 'proxbox-reflect',
  /** Writes to guests, and the plans for them: a dead cluster must not hold up anything else. */
  mutate: 'proxbox-mutate',
} as const;

export const workflowTypes = {
  reconcile: 'reconcile',
  fullSync: 'fullSync',
  endpointSync: 'endpointSync',
  scheduledSync: 'scheduledSync',
  retention: 'retention',
  endpointProbe: 'endpointProbe',
  netboxLink: 'netboxLink',
  outbox: 'outbox',
  intentPlan: 'intentPlan',
  intentApply: 'intentApply',
  intentMerge: 'intentMerge',
  guestChange: 'guestChange',
  deletionRequest: 'deletionRequest',
  guestDestroy: 'guestDestroy',
  watch: 'watch',
} as const;

/** A workflow's input is the id of the row that says what is asked, and by whom. */
export interface RunInput {
  runId: string;
}

/** A scheduled workflow's input: the row of its schedule, and which version of that row Temporal was told. */
export interface ScheduledSyncInput {
  scheduleId: string;
  version: number;
}

/** The row of a test of an endpoint's connections. */
export interface ProbeInput {
  probeId: string;
}

/** The row of a person's proof of who they are in NetBox. */
export interface NetBoxLinkInput {
  attemptId: string;
}

/** The row of a plan of changes. */
export interface IntentPlanInput {
  planId: string;
}

/** The row of a merge that was asked for. */
export interface IntentMergeInput {
  mergeId: string;
}

/** The row of a run, and what a workflow that goes on under a new history carries along. */
export interface IntentApplyInput extends RunInput {
  continued?: { paused: boolean };
}

/** The row of one guest's change. */
export interface GuestChangeInput {
  changeId: string;
}

/** The row of a deletion request. */
export interface DeletionInput {
  requestId: string;
}

export const workflowIds = {
  fullSync: (runId: string): string => `full-sync/${runId}`,
  /** One sync per endpoint: the id is the lock. */
  endpointSync: (endpointId: string): string => `sync/${endpointId}`,
  /** Also the id of Temporal's Schedule; Temporal appends the time to that of the workflow. */
  reconcile: 'reconcile',
  /** Also the id of Temporal's Schedule; Temporal appends the time to that of the workflow. */
  scheduledSync: (scheduleId: string): string => `scheduled-sync/${scheduleId}`,
  /** Likewise. */
  retention: 'retention',
  /** Likewise. */
  outbox: 'outbox',
  endpointProbe: (probeId: string): string => `endpoint-probe/${probeId}`,
  netboxLink: (attemptId: string): string => `netbox-link/${attemptId}`,
  intentPlan: (planId: string): string => `intent-plan/${planId}`,
  intentMerge: (mergeId: string): string => `intent-merge/${mergeId}`,
  intentApply: (runId: string): string => `intent/${runId}`,
  /** Also the id of Temporal's Schedule. */
  watch: 'watch',
  /** One workflow that changes a guest: the id is the lock. Without the kind, since VMIDs are shared by both. */
  guest: (endpointId: string, vmid: number): string => `guest/${endpointId}/${vmid}`,
  /** One open deletion request of a guest. */
  deletion: (endpointId: string, vmid: number): string => `deletion/${endpointId}/${vmid}`,
} as const;
