import type { Delivery } from '../../database/repositories/notifications/deliveries';
import type { NotificationTarget } from '../../database/repositories/notifications/targets';
import { type DeliveryView, deliveryView, type TargetView } from './schema';

export const viewTarget = ({ subscriptions, ...target }: NotificationTarget): TargetView => ({
  ...target,
  subscriptions: subscriptions.map(({ event, endpointId }) => ({ event, endpoint: endpointId })),
});

export const viewDelivery = ({ nextAttemptAt, createdAt, endedAt, ...delivery }: Delivery): DeliveryView =>
  deliveryView.parse({
    ...delivery,
    nextAttemptAt: delivery.state === 'pending' ? nextAttemptAt.toISOString() : null,
    createdAt: createdAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  });
