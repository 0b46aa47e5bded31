/** Names that the API, the worker and the workflows share. Workflow type names are recorded in histories: never rename one. */

export const taskQueues = {
  /** Workflows and short activities. */
  control: 'proxbox-control',
  /** Reads of Proxmox and bulk writes to NetBox. */
  reflect: 'proxbox-reflect',
} as const;

export const workflowTypes = { fullSync: 'fullSync', endpointSync: 'endpointSync' } as const;

/** A workflow's input is the id of the row that says what is asked, and by whom. */
export interface RunInput {
  runId: string;
}

export const workflowIds = {
  fullSync: (runId: string): string => `full-sync/${runId}`,
  /** One sync per endpoint: the id is the lock. */
  endpointSync: (endpointId: string): string => `sync/${endpointId}`,
} as const;
