import type { NetBoxClient } from '../client';
import { bounded, isRecord } from '../field-errors';
import type { NetBoxObject } from '../object';
import { branchType } from './branches';
import { choiceIn, numberIn, recordIn, textIn, type Values } from './values';

const jobsPath = 'core/jobs';

/** Why NetBox could not apply a change of a branch to main. */
export interface MergeProblem {
  /** `validation_error`, `unique_constraint` or `database_error`. */
  readonly type: string;
  /** NetBox's words; empty for errors of the database. */
  readonly detail: string;
  /** For example `virtual machine`. */
  readonly model: string;
  readonly field: string;
  /** Of the object in the branch. */
  readonly objectId: number | undefined;
}

/** A background job of a branch. Its log is not kept: it has a line for every change. */
export interface BranchJob {
  readonly id: number;
  /** `Merge branch`, `Provision branch`, `Sync branch`, `Revert branch`. */
  readonly name: string;
  readonly branchId: number | undefined;
  /** `pending`, `scheduled`, `running`, `completed`, `errored` or `failed`. */
  readonly status: string;
  readonly finished: boolean;
  /** As NetBox prints the exception, at most 1,000 characters; empty when there is none. */
  readonly error: string;
  readonly problems: readonly MergeProblem[];
  /** Whether main had changes that the branch had not taken over. */
  readonly hadUnsyncedChanges: boolean;
}

const ended = new Set(['completed', 'errored', 'failed']);

export async function readJob(netbox: NetBoxClient, id: number): Promise<BranchJob> {
  return jobOf((await netbox.get(jobsPath, id)).object);
}

/** Jobs of a branch by name and rising id. */
export async function listJobs(netbox: NetBoxClient, branchId: number, name: string, afterId = 0): Promise<BranchJob[]> {
  const rows = await netbox.listAll(jobsPath, {
    filters: { object_type: branchType, object_id: branchId, name },
    afterId,
    expect: row => numberIn(row, 'object_id') === branchId && textIn(row, 'name') === name,
  });
  return rows.map(jobOf);
}

export function jobOf(row: NetBoxObject): BranchJob {
  const data = recordIn(row, 'data') ?? {};
  const report: unknown = data['report'];
  const status = choiceIn(row, 'status');
  return {
    id: row.id,
    name: textIn(row, 'name'),
    branchId: numberIn(row, 'object_id'),
    status,
    finished: ended.has(status),
    error: bounded(textIn(row, 'error'), 1_000),
    problems: Array.isArray(report) ? report.filter(isRecord).map(problemOf) : [],
    hadUnsyncedChanges: data['has_unsynced_changes'] === true,
  };
}

function problemOf(entry: Values): MergeProblem {
  return {
    type: textIn(entry, 'type'),
    detail: bounded(textIn(entry, 'detail'), 1_000),
    model: textIn(entry, 'model'),
    field: textIn(entry, 'field'),
    objectId: numberIn(entry, 'object_id'),
  };
}
