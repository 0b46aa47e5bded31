import { z } from 'zod';
import { finalStates, openStates } from '../../domain/deletion/states';
import { listOf, pagingQuery } from '../paging';
import { plainText } from '../text';

/** What is asked and answered about deletion requests. */

const vmid = z.number().int().min(100).max(999_999_999);
const kinds = z.enum(['qemu', 'lxc']);

export const deletionQuery = z.strictObject({
  ...pagingQuery,
  open: z.enum(['true', 'false']).optional().describe('Those that are open, or those that have ended.'),
  left: z
    .enum(['true', 'false'])
    .optional()
    .describe('Those that have ended and whose guests still have our tag, or what a hold changed.'),
  endpoint: z.uuid().optional(),
  vmid: z.coerce.number().int().min(100).max(999_999_999).optional(),
});

export const newDeletionSchema = z.strictObject({
  endpoint_id: plainText(100).optional().describe('Id or name of the endpoint.'),
  vmid,
  kind: z.enum(['qemu', 'virtualmachine', 'lxc']).optional().describe('Needed only for a guest that was not reflected yet.'),
  reason: plainText(500).describe('Why: whoever decides reads it.'),
});
export type NewDeletionBody = z.output<typeof newDeletionSchema>;

/** Proxbox's: what the caller believes the request is about. */
const target = {
  vmid: vmid.optional().describe('Refused with 409 where the request is about another one; likewise `node` and `kind`.'),
  node: plainText(64).optional(),
  kind: kinds.optional(),
};

const approval = {
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'Give the digest of the request that was read.')
    .describe('Of what you saw.'),
  name: plainText(255).describe('The name of the guest, typed; its VMID where it has no name.'),
  without_backup: z
    .boolean()
    .default(false)
    .describe('It goes without a backup. Counts only where the read credential would see one.'),
};
const reason = plainText(255);

export const approveSchema = z.strictObject({ ...target, ...approval });
export const rejectSchema = z.strictObject({ ...target, reason });
export const cancelSchema = z.strictObject({ ...target, reason: reason.optional() });
export const executeSchema = z.strictObject(target);

export const codeSchema = z.discriminatedUnion('verdict', [
  approveSchema.extend({ verdict: z.literal('approve') }),
  rejectSchema.extend({ verdict: z.literal('reject') }),
  cancelSchema.extend({ verdict: z.literal('cancel') }),
]);
export type DecisionBody = z.output<typeof codeSchema>;

// What is answered --------------------------------------------------------------------------------------------------------

const time = z.iso.datetime();
const verdicts = z.enum(['approve', 'reject', 'cancel']);

const deletion = {
  id: z.uuid(),
  endpoint: z.strictObject({ id: z.uuid(), name: z.string() }),
  kind: kinds,
  vmid: z.number().int(),
  name: z.string().nullable(),
  node: z.string().nullable().describe('Where it was when the request was opened.'),
  netboxId: z.number().int().nullable(),
  source: z.enum(['branch', 'request']),
  reason: z.string(),
  state: z.enum([...openStates, ...finalStates]),
  proxboxState: z.string().describe("The state in Proxbox's words; `rejected` with the reason `TTL` is one that expired."),
  proxboxReason: z.string().nullable(),
  reasons: z
    .array(z.strictObject({ code: z.string(), message: z.string() }))
    .describe('What keeps it from being carried out, or what ended it.'),
  requestedBy: z.array(z.strictObject({ name: z.string(), known: z.boolean(), how: z.string(), at: time })),
  digest: z.string().nullable().describe('Over what is decided about; null while the guest is being read.'),
  deadline: time,
  openedAt: time,
  approvedAt: time.nullable(),
  endedAt: time.nullable(),
  endedBy: z.string().nullable(),
  leftSince: time
    .nullable()
    .describe(
      'Since when our tag, and what a hold changed, stays on the guest although the request has ended; it is taken off as soon as the guest may be written to. Null: nothing of ours is there.',
    ),
  task: z.string().nullable().describe('The destroy in Proxmox.'),
  version: z.number().int(),
};

export const deletionRow = z.strictObject(deletion).meta({ id: 'DeletionRequestRow' });
export const deletionList = listOf(deletionRow);

const may = z.strictObject({ allowed: z.boolean(), code: z.string().nullable(), message: z.string().nullable() });

export const deletionView = z
  .strictObject({
    ...deletion,
    decisions: z.array(
      z.strictObject({
        verdict: verdicts,
        name: z.string(),
        reason: z.string().nullable(),
        digest: z.string(),
        withoutBackup: z.boolean(),
        round: z.number().int(),
        decidedAt: time,
        effectiveAt: time.nullable().describe('When it took effect; null when its code never came back, or was refused.'),
      }),
    ),
    round: z.number().int(),
    quorum: z.number().int().describe('How many different people must approve.'),
    you: z.strictObject({ approve: may, reject: may, cancel: may }).describe('What you may do, and why not.'),
    about: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('What the digest is over: cluster, identity, configuration, disks, NetBox objects.'),
    snapshot: z.record(z.string(), z.unknown()).nullable().describe('What else was there when the request was opened.'),
    receipt: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('Of a destroyed guest: everything that is needed to make it anew.'),
    lost: z
      .array(
        z.strictObject({
          type: z.string(),
          name: z.string(),
          was: z.number().int().describe('Its id before.'),
          is: z.number().int().nullable().describe('Id of what stands for it now.'),
          state: z.enum(['lost', 'reserved', 'restored', 'freed', 'missing']),
          message: z.string().nullable().describe('What of it could not be brought back, and why.'),
        }),
      )
      .describe('What a merged branch took from NetBox, and what was done about it.'),
  })
  .meta({ id: 'DeletionRequest' });
export type DeletionView = z.output<typeof deletionView>;
export type DeletionRowView = z.output<typeof deletionRow>;

export const codeView = z
  .strictObject({
    verdict: verdicts,
    code: z.string().describe('Valid once, for ten minutes.'),
    expiresAt: time,
    workflowId: z.string().describe('The workflow that takes it, as an Update or a Signal named like the verdict.'),
  })
  .meta({ id: 'DecisionCode' });
