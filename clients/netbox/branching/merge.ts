import type { NetBoxClient } from '../client';
import { type BranchConflict, NetBoxBranchConflictsError, NetBoxResponseError, NetBoxUnknownOutcomeError } from '../errors';
import { type Branch, branchesPath, findBranch } from './branches';
import { type BranchJob, jobOf, listJobs, type MergeProblem, readJob } from './jobs';
import { waitFor, type WaitOptions } from './wait';

const jobName = 'Merge branch';

export interface MergeOptions extends WaitOptions {
  /** Goes on although main changed the same attributes: the branch's values win. */
  readonly acknowledgeConflicts?: boolean;
  /** How long a request whose answer was lost may still make its job. */
  readonly settleMs?: number;
}

/** What became of a merge, or of its rehearsal. */
export type MergeOutcome =
  /** The branch's changes are in main. `branch` has the time and the person. */
  | { readonly kind: 'merged'; readonly branch: Branch }
  /** A rehearsal went through; main is as it was. */
  | { readonly kind: 'passed'; readonly jobId: number }
  /** The branch has no changes; it stays open. */
  | { readonly kind: 'nothing-to-merge' }
  | { readonly kind: 'conflicts'; readonly conflicts: readonly BranchConflict[] }
  /** Main's rules refused a change: nothing was applied, the branch stays open. */
  | { readonly kind: 'failed'; readonly jobId: number; readonly error: string; readonly problems: readonly MergeProblem[] }
  /** The branch is in another state than `ready`, or gone (undefined). */
  | { readonly kind: 'not-ready'; readonly status: string | undefined }
  /** Its job had not ended when the wait did. Look again with `awaitMerge`. */
  | { readonly kind: 'running'; readonly jobId: number }
  /** The request got no answer and no job appeared. To ask again is safe: NetBox merges a branch once. */
  | { readonly kind: 'unanswered'; readonly status: string | undefined };

/** Merges a branch into main, and awaits NetBox's job. A lost answer is resolved by reading the branch's jobs and state. */
export async function mergeBranch(netbox: NetBoxClient, branchId: number, options: MergeOptions = {}): Promise<MergeOutcome> {
  return ask(netbox, branchId, true, options);
}

/** Does everything that a merge does, and takes it back: what it says holds until somebody writes to main or to the branch. */
export async function rehearseMerge(netbox: NetBoxClient, branchId: number, options: MergeOptions = {}): Promise<MergeOutcome> {
  return ask(netbox, branchId, false, options);
}

/** Awaits the job of a merge that was asked for earlier. */
export async function awaitMerge(
  netbox: NetBoxClient,
  branchId: number,
  jobId: number,
  { commit, ...wait }: WaitOptions & { readonly commit: boolean },
): Promise<MergeOutcome> {
  return outcomeOf(netbox, branchId, await waitFor(() => readJob(netbox, jobId), ended, wait), commit);
}

/** Waits until no merge of a branch is under way or queued, and gives the branch as it is then, or when the wait ends. */
export async function awaitMerges(netbox: NetBoxClient, branchId: number, wait: WaitOptions = {}): Promise<Branch | undefined> {
  await waitFor(
    () => listJobs(netbox, branchId, jobName),
    jobs => jobs.every(ended),
    wait,
  );
  return findBranch(netbox, branchId);
}

const ended = (job: BranchJob): boolean => job.finished;

async function ask(netbox: NetBoxClient, branchId: number, commit: boolean, options: MergeOptions): Promise<MergeOutcome> {
  const { acknowledgeConflicts = false, settleMs = 20_000, signal } = options;
  const earlier = (await listJobs(netbox, branchId, jobName)).at(-1)?.id ?? 0;
  let job: BranchJob | undefined;
  try {
    const values = { commit, acknowledge_conflicts: acknowledgeConflicts };
    job = jobOf(await netbox.create(`${branchesPath}/${branchId}/merge`, values, signal === undefined ? {} : { signal }));
  } catch (error) {
    if (error instanceof NetBoxBranchConflictsError) return { kind: 'conflicts', conflicts: error.conflicts };
    // NetBox says in a text, not in JSON, that the branch is in another state.
    if (error instanceof NetBoxResponseError && error.request?.status === 400)
      return { kind: 'not-ready', status: (await findBranch(netbox, branchId))?.status };
    if (!(error instanceof NetBoxUnknownOutcomeError)) throw error;
    job = await jobAfter(netbox, branchId, earlier, { ...options, waitMs: settleMs });
    if (job === undefined) return { kind: 'unanswered', status: (await findBranch(netbox, branchId))?.status };
  }
  return awaitMerge(netbox, branchId, job.id, { ...options, commit });
}

/** The first merge's job after an earlier one. It may be somebody else's: the branch's state decides, not the job. */
async function jobAfter(
  netbox: NetBoxClient,
  branchId: number,
  earlier: number,
  wait: WaitOptions,
): Promise<BranchJob | undefined> {
  const found = await waitFor(
    () => listJobs(netbox, branchId, jobName, earlier),
    jobs => jobs.length > 0,
    wait,
  );
  return found.at(-1);
}

async function outcomeOf(netbox: NetBoxClient, branchId: number, job: BranchJob, commit: boolean): Promise<MergeOutcome> {
  if (!job.finished) return { kind: 'running', jobId: job.id };
  const branch = await findBranch(netbox, branchId);
  if (commit && branch?.status === 'merged') return { kind: 'merged', branch };
  if (job.status !== 'completed') return { kind: 'failed', jobId: job.id, error: job.error, problems: job.problems };
  return commit ? { kind: 'nothing-to-merge' } : { kind: 'passed', jobId: job.id };
}
