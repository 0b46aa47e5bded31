import { z } from 'zod';
import { notificationEvents, TEST_EVENT } from '../../domain/notifications/events';
import { listOf, pagingQuery } from '../paging';
import { plainText } from '../text';

const subscription = z.strictObject({
  event: z.enum(notificationEvents),
  endpoint: z.uuid().nullable().default(null).describe('Id of the only endpoint that it is about; null for all.'),
});

const common = {
  name: plainText(100),
  enabled: z.boolean().describe('A disabled target is told nothing; what waits for it goes on waiting.'),
  subscriptions: z.array(subscription).max(500).describe('What it is told of.'),
  staleAfterHours: z.number().int().min(1).max(8_760).describe('An endpoint without a complete run for so long is stale.'),
  expiresWithinDays: z.number().int().min(1).max(365).describe('A token that expires within so many days is told.'),
};

const recipients = z.array(z.email().max(254)).min(1).max(50);
const webhookUrl = z.url({ protocol: /^https?$/, error: 'Give a URL such as https://chat.example.com/hook.' }).max(2_000);
const webhookSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'Give whsec_ and 24 to 64 bytes in base64, as Standard Webhooks has them.');

const defaults = {
  name: common.name,
  enabled: common.enabled.default(true),
  subscriptions: common.subscriptions.default(notificationEvents.map(event => ({ event, endpoint: null }))),
  staleAfterHours: common.staleAfterHours.default(24),
  expiresWithinDays: common.expiresWithinDays.default(14),
};

export const targetCreateSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('mail'), ...defaults, recipients }),
  z.strictObject({
    kind: z.literal('webhook'),
    ...defaults,
    url: webhookUrl,
    secret: webhookSecret
      .optional()
      .describe('Key that messages are signed with. Without one it is made, and shown in the answer.'),
  }),
]);
export type TargetCreate = z.output<typeof targetCreateSchema>;

/** What is absent stays as it is. A target stays of its kind. */
export const targetPatchSchema = z.strictObject({ ...common, recipients, url: webhookUrl, secret: webhookSecret }).partial();
export type TargetPatch = z.output<typeof targetPatchSchema>;

export const deliveryQuery = z.strictObject({
  state: z.enum(['pending', 'sent', 'dead']).optional(),
  target: z.uuid().optional(),
  ...pagingQuery,
});

// What is answered --------------------------------------------------------------------------------------------------------

export const targetView = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  kind: z.enum(['mail', 'webhook']),
  enabled: z.boolean(),
  recipients: z.array(z.string()).describe('Of a mail.'),
  url: z.string().nullable().describe('Of a webhook.'),
  subscriptions: z.array(z.strictObject({ event: z.enum(notificationEvents), endpoint: z.uuid().nullable() })),
  staleAfterHours: z.number().int(),
  expiresWithinDays: z.number().int(),
  version: z.number().int(),
});
export type TargetView = z.output<typeof targetView>;

export const newTargetView = targetView.extend({
  secret: z.string().nullable().describe('The key that was made for a webhook, shown this once; null when none was made.'),
});
export type NewTargetView = z.output<typeof newTargetView>;

export const targetListView = listOf(targetView);
export type TargetListView = z.output<typeof targetListView>;

const time = z.iso.datetime();

export const deliveryView = z.strictObject({
  id: z.uuid().describe('The `webhook-id` of a webhook, the same at every attempt.'),
  target: z.strictObject({ id: z.uuid(), name: z.string() }).nullable().describe('Null for a mail to a person.'),
  person: z.strictObject({ id: z.uuid(), name: z.string() }).nullable().describe('Null for a message to a target.'),
  events: z.array(z.enum([...notificationEvents, TEST_EVENT])),
  subject: z.string(),
  state: z.enum(['pending', 'sent', 'dead']).describe('`dead`: it was given up.'),
  attempts: z.number().int(),
  nextAttemptAt: time.nullable().describe('Null when nobody will try again.'),
  lastError: z.string().nullable(),
  createdAt: time,
  endedAt: time.nullable(),
});
export type DeliveryView = z.output<typeof deliveryView>;

export const deliveryListView = listOf(deliveryView);
export type DeliveryListView = z.output<typeof deliveryListView>;
