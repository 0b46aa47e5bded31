import { z } from 'zod';
import { nicModels } from '../../domain/proxmox/nic';
import { plainText } from '../text';

/** What is asked and answered about changes of guests. Names inside of `diffs`, and of verdicts and results, are those of Proxbox. */

const vmid = z.number().int().min(100).max(999_999_999);
const words = (max: number) => z.array(plainText(255)).max(max);
const key = (pattern: RegExp, example: string) => z.string().regex(pattern, `Give a key such as ${example}.`);
const longText = (max: number) =>
  z
    .string()
    .max(max)
    .refine(text => !/[\0\p{Cs}]/u.test(text), 'Leave out null characters.');

const disk = z.strictObject({
  key: key(/^((scsi|virtio|sata|ide|mp)\d{1,3}|rootfs)$/, 'scsi0').describe(
    "Key in the guest's configuration: `scsi0`, `rootfs`, `mp1`.",
  ),
  size_mib: z.number().int().min(1).max(2_147_483_647),
  storage: plainText(100).optional(),
  add: z.boolean().optional().describe('Of an update: a disk that the guest does not have yet.'),
});

const nic = z.strictObject({
  key: key(/^net\d{1,2}$/, 'net0').describe('`net0`, `net1`, …'),
  bridge: plainText(40).optional(),
  vlan: z.number().int().min(1).max(4094).nullable().optional(),
  trunks: z.array(z.number().int().min(1).max(4094)).max(4094).optional(),
  mtu: z.number().int().min(1).max(65_520).nullable().optional(),
  enabled: z.boolean().optional(),
  mac: key(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i, 'BC:24:11:00:00:01').optional(),
  model: z.enum(nicModels).optional().describe('Of a new card; virtio unless said.'),
  addresses: words(64).optional().describe('With their masks: `192.0.2.10/24`.'),
  add: z.boolean().optional().describe('Of an update: a card that the guest does not have yet.'),
});

const cloudInit = z.strictObject({
  user: plainText(64).optional(),
  ssh_keys: z.array(longText(10_000)).max(100).optional(),
  user_data: longText(65_536).optional(),
  network: z.record(z.string().max(40), z.union([z.string().max(255), z.number(), words(16)])).optional(),
});

const payload = z.strictObject({
  vmid: vmid.optional().describe('Of a new guest: one is given when it is absent.'),
  node: plainText(64).optional(),
  name: plainText(255).optional(),
  hostname: plainText(255).optional().describe('The same as `name`.'),
  cores: z.number().int().min(1).max(8_192).optional().describe('CPUs in all: of a virtual machine sockets × cores.'),
  memory_mib: z.number().int().min(16).max(64_000_000).optional(),
  storage: plainText(100).optional().describe('Of new disks that do not say where they go.'),
  iso: plainText(255).optional(),
  template_vmid: vmid.optional(),
  ostemplate: plainText(255).optional(),
  swap: z.number().int().min(0).max(64_000_000).optional().describe('MiB; containers alone.'),
  description: longText(8_192).optional(),
  tags: words(100).optional().describe('They are added to those that the guest has.'),
  start_at_boot: z.boolean().optional(),
  qemu_agent: z.boolean().optional(),
  unprivileged: z.boolean().optional(),
  disks: z.array(disk).max(64).optional(),
  nics: z.array(nic).max(32).optional(),
  cloud_init: cloudInit.optional(),
  password: z
    .string()
    .min(5)
    .max(128)
    .optional()
    .describe('Of the cloud-init user, or of root in a new container. Kept encrypted; no answer shows it.'),
});

const diff = z.strictObject({
  op: z.enum(['create', 'update', 'delete']),
  kind: z.enum(['qemu', 'virtualmachine', 'lxc']).describe('`virtualmachine` is `qemu`.'),
  endpoint_id: plainText(100).optional().describe('Id or name, where it is not that of the whole request.'),
  netbox_id: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('The virtual machine in NetBox that shows the guest; it is told what became of the change.'),
  payload: payload.default({}),
});
export type PostedDiff = z.output<typeof diff>;

const posted = {
  endpoint_id: plainText(100).optional().describe('Id or name of the endpoint.'),
  diffs: z.array(diff).max(2_000).optional(),
};

export const planSchema = z
  .strictObject({
    ...posted,
    branch_id: z.number().int().min(1).optional().describe('Plan what this branch of NetBox changes, instead of `diffs`.'),
  })
  .refine(body => (body.diffs === undefined) !== (body.branch_id === undefined), 'Give diffs, or branch_id.');
export type PlanBody = z.output<typeof planSchema>;

export const applySchema = z
  .strictObject({
    ...posted,
    plan_id: z.uuid().optional().describe('Apply this plan, instead of `diffs`.'),
    digest: plainText(100).optional().describe('Of the plan that was read.'),
    stop_on_failure: z.boolean().default(false).describe('Begin no further guest after the first that fails.'),
  })
  .refine(body => (body.diffs === undefined) !== (body.plan_id === undefined), 'Give diffs, or plan_id with its digest.')
  .refine(body => (body.plan_id === undefined) === (body.digest === undefined), 'plan_id and digest go together.');
export type ApplyBody = z.output<typeof applySchema>;

export const mergeSchema = z.strictObject({
  branch_id: z.number().int().min(1).describe('A branch of NetBox.'),
  digest: plainText(100).describe('Of the plan of the branch that was read.'),
  allow_blocked: z.boolean().default(false).describe('Merge although some guests are blocked: nothing is done to those.'),
  acknowledge_conflicts: z
    .boolean()
    .default(false)
    .describe("Merge although NetBox's main has changed the same: the branch's values win."),
  stop_on_failure: z.boolean().default(false).describe('Begin no further guest after the first that fails.'),
});
export type MergeBody = z.output<typeof mergeSchema>;

export const branchIdSchema = z.coerce
  .number()
  .int()
  .min(1)
  .max(2 ** 53 - 1);

// What is answered --------------------------------------------------------------------------------------------------------

const ops = z.enum(['create', 'update', 'delete']);
const value = z.unknown();
const difference = z.strictObject({ field: z.string(), from: value, to: value });

const verdict = z
  .strictObject({
    netbox_id: z.number().int().nullable(),
    op: ops,
    verdict: z.enum(['permitted', 'warning', 'blocked']),
    reason: z.string().describe('Stable, for programs.'),
    message: z.string(),
  })
  .meta({ id: 'IntentVerdict' });

const changeStates = [
  'planned',
  'queued',
  'running',
  'applied',
  'unchanged',
  'refused',
  'failed',
  'partly_applied',
  'unknown_outcome',
  'cancelled',
  'deletion_requested',
] as const;

export const guestChangeView = z
  .strictObject({
    id: z.uuid(),
    seq: z.number().int(),
    endpoint: z.uuid().nullable(),
    kind: z.enum(['qemu', 'lxc']),
    vmid: z.number().int().nullable(),
    name: z.string(),
    netboxId: z.number().int().nullable(),
    op: ops,
    verdict: z.enum(['permitted', 'warning', 'blocked']),
    verdicts: z.array(verdict),
    fields: z.array(difference).describe('What Proxmox has, and what it gets.'),
    drift: z.array(difference).describe('Where NetBox and Proxmox differ beyond the change: shown, not applied.'),
    calls: z.array(
      z.strictObject({
        method: z.string(),
        path: z.string(),
        params: z.record(z.string(), z.unknown()),
        state: z.string(),
        task: z.string().nullable(),
        message: z.string().nullable(),
      }),
    ),
    state: z.enum(changeStates),
    reason: z.string().nullable(),
    message: z.string().nullable(),
    result: z.strictObject({
      there: z.array(z.string()).optional(),
      pending: z.array(z.string()).optional().describe('In effect at the next start.'),
      missing: z.array(z.string()).optional(),
      deletionRequest: z.uuid().optional(),
    }),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'GuestChange' });
export type GuestChangeView = z.output<typeof guestChangeView>;

export const intentPlanView = z
  .strictObject({
    id: z.uuid(),
    state: z.enum(['pending', 'ready', 'failed']),
    branch: z.strictObject({ id: z.number().int(), name: z.string(), mergedAt: z.string().nullable() }).nullable(),
    source: z.enum(['branch', 'request', 'change-log']).describe("`change-log`: what was changed in NetBox's main."),
    permitted: z.boolean().nullable().describe('Whether nothing is blocked; null while it is not ready.'),
    summary: z.string().nullable(),
    reason: z.string().nullable().describe('Why there is no plan.'),
    digest: z.string().nullable(),
    verdicts: z.array(verdict),
    problems: z
      .array(z.strictObject({ place: z.string(), message: z.string() }))
      .describe('What could not be understood, and where.'),
    changes: z.array(guestChangeView),
    requestedBy: z.string(),
    runId: z.uuid().nullable().describe('The run that applies it.'),
    createdAt: z.iso.datetime(),
    plannedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'IntentPlan' });
export type IntentPlanView = z.output<typeof intentPlanView>;

export const intentMergeView = z
  .strictObject({
    id: z.uuid(),
    branch: z.strictObject({ id: z.number().int(), name: z.string() }),
    planId: z.uuid().describe('The plan that was read.'),
    digest: z.string(),
    state: z
      .enum(['pending', 'checking', 'merging', 'merged', 'refused', 'failed'])
      .describe('`checking`: the branch is planned once more, and compared. `merging`: NetBox was asked.'),
    reason: z.string().nullable().describe('Why it was not merged.'),
    message: z.string().nullable(),
    checkedPlanId: z.uuid().nullable().describe('The plan that was made right before the merge.'),
    mergedAt: z.string().nullable(),
    runId: z.uuid().nullable().describe('The run that applies the merge.'),
    requestedBy: z.string(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'IntentMerge' });
export type IntentMergeView = z.output<typeof intentMergeView>;

/** What became of each guest, in Proxbox's shape; part of a run. */
export const applyResultView = z
  .strictObject({
    planId: z.uuid(),
    planUrl: z.string(),
    overall: z.enum(['no_op', 'succeeded', 'partial', 'failed']).nullable().describe('Null while something is open.'),
    results: z.array(
      z.strictObject({
        changeId: z.uuid(),
        netbox_id: z.number().int().nullable(),
        vmid: z.number().int().nullable(),
        op: ops,
        kind: z.enum(['qemu', 'lxc']),
        name: z.string(),
        state: z.enum(changeStates),
        status: z.enum(['succeeded', 'failed', 'skipped', 'delete-pending-approval']).nullable(),
        reason: z.string().nullable(),
        message: z.string(),
        proxmox_upid: z.string().nullable(),
        deletionRequest: z.uuid().nullable().describe('Of a delete: the request that somebody else decides about.'),
      }),
    ),
  })
  .meta({ id: 'ApplyResults' });
export type ApplyResultView = z.output<typeof applyResultView>;

export const branchSummaryView = z
  .strictObject({
    branchId: z.number().int(),
    plan: intentPlanView.nullable().describe('The newest plan of the branch; null when nobody asked for one.'),
    events: z.array(
      z.strictObject({
        kind: z.enum(['merged', 'reverted']),
        happenedAt: z.string(),
        actor: z.string().nullable(),
        outcome: z.string(),
      }),
    ),
  })
  .meta({ id: 'BranchPlanSummary' });
export type BranchSummaryView = z.output<typeof branchSummaryView>;

export const intentStatusView = z
  .strictObject({
    enabled: z.boolean().describe('Whether the master switch is on, with its typed phrase.'),
    reason: z.string().nullable().describe('Why it is not, and what to do.'),
    watched: z
      .enum(['branches', 'change-log'])
      .nullable()
      .describe('By what changes in NetBox are noticed; null while nobody looks, or there is nothing to look at.'),
    netboxCalls: z
      .strictObject({
        state: z.enum(['installed', 'no-branching', 'no-public-url', 'refused']),
        message: z.string(),
        checkedAt: z.iso.datetime(),
      })
      .nullable()
      .describe('Whether NetBox has the webhook and the event rule by which it calls; null before the first look.'),
  })
  .meta({ id: 'IntentStatus' });
export type IntentStatusView = z.output<typeof intentStatusView>;

export const hookView = z.strictObject({ heard: z.boolean() });
