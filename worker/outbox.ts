import { type Client, ScheduleAlreadyRunning } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { createNotificationActivities, type NotificationActivities } from '../activities/notifications/activities';
import { sendMail } from '../clients/mail/send';
import { sendWebhook } from '../clients/webhook/send';
import type { Config } from '../config/config';
import { createNetworkGuard } from '../config/network-guard';
import { type DueDelivery, noteFailed, noteSent, takeDueDelivery } from '../database/repositories/notifications/deliveries';
import { findTarget, type NotificationTarget, readTargetSecret } from '../database/repositories/notifications/targets';
import { findUser } from '../database/repositories/people/users';
import type { SecretBox } from '../database/secrets';
import { tellConditions } from '../database/tell-conditions';
import { tellEndedRuns } from '../database/tell-ended-runs';
import { textOf } from '../domain/notifications/message';
import { searchAttributes } from '../temporal/search-attributes';
import { taskQueues, workflowIds, workflowTypes } from '../workflows/names';
import type { Clients } from './clients';
import { createExpiryReader } from './credential-expiries';

type Settings = Pick<Config, 'mail' | 'allowedNetworks' | 'publicUrl' | 'netbox'>;

/** Puts the outbox together: the only place that knows the mail server and the keys of webhooks. */
export function composeOutbox(config: Settings, pool: Pool, secrets: SecretBox, clients: Clients): NotificationActivities {
  const { refusalOf: refuseAddress } = createNetworkGuard(config.allowedNetworks);

  const secretOf = async (target: NotificationTarget): Promise<string> => {
    const sealed = await readTargetSecret(pool, target.id);
    if (sealed === undefined) throw new Error('The target has no secret to sign with. Enter one.');
    return secrets.open(sealed, { table: 'notification_target', row: target.id, column: 'ciphertext' });
  };

  const mail = async (to: readonly string[], { id, message }: DueDelivery): Promise<void> => {
    const { url, from } = config.mail;
    if (url === undefined)
      throw new Error('No mail server is configured. Set PROXBOX_SMTP_URL for the worker, and start it again.');
    const text = `${textOf(message)}${config.publicUrl === undefined ? '' : `\n${config.publicUrl}/ui\n`}`;
    await sendMail({ id, to, subject: message.subject, text }, { url: url.reveal(), from });
  };

  const addressOf = async (userId: string): Promise<string> => {
    const address = (await findUser(pool, userId))?.email ?? '';
    if (address === '') throw new Error('The user has no mail address any more. Enter one.');
    return address;
  };

  const webhook = async (target: NotificationTarget, { id, message, createdAt }: DueDelivery): Promise<void> => {
    const body = JSON.stringify({ type: 'proxbox.notification', timestamp: createdAt.toISOString(), data: message });
    await sendWebhook({ id, body }, { url: target.url ?? '', secret: await secretOf(target), refuseAddress });
  };

  return createNotificationActivities({
    tellEndedRuns: () => tellEndedRuns(pool),
    tellConditions: () => tellConditions(pool),
    readExpiries: createExpiryReader(config, pool, clients),
    outbox: {
      take: leaseSeconds => takeDueDelivery(pool, leaseSeconds),
      sent: id => noteSent(pool, id),
      failed: (id, error, pauseSeconds) => noteFailed(pool, id, error, pauseSeconds),
    },
    send: async delivery => {
      if ('userId' in delivery.to) return mail([await addressOf(delivery.to.userId)], delivery);
      const target = await findTarget(pool, delivery.to.targetId);
      if (target === undefined) return;
      await (target.kind === 'mail' ? mail(target.recipients, delivery) : webhook(target, delivery));
    },
  });
}

/** Has the outbox looked at every minute. One that is there stays as it is, since an operator may have paused it; where we may not make one, the log says so. */
export async function scheduleOutbox(client: Client, log: Pick<Logger, 'warn'>): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: workflowIds.outbox,
      spec: { intervals: [{ every: '1 minute', offset: '30 seconds' }] },
      action: {
        type: 'startWorkflow',
        workflowType: workflowTypes.outbox,
        workflowId: workflowIds.outbox,
        taskQueue: taskQueues.control,
        staticSummary: 'Sends messages about what happened',
        typedSearchAttributes: [{ key: searchAttributes.runKind, value: 'outbox' }],
      },
      policies: { overlap: 'SKIP', catchupWindow: '1 minute' },
    });
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return;
    log.warn({ err: error }, `the Schedule ${workflowIds.outbox} could not be made: nobody is told of what happens`);
  }
}
