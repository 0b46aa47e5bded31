/** What people can be told of. The codes are a contract with programs that receive webhooks: never rename one. */
export const notificationEvents = [
  'endpoint-unreachable',
  'endpoint-stale',
  'run-failed',
  'run-recovered',
  'conflicts-new',
  'credential-expiring',
  'deletion-requested',
  'deletion-reminder',
  'deletion-escalation',
  'deletion-ended',
] as const;

export type NotificationEvent = (typeof notificationEvents)[number];

export const eventDescriptions: Readonly<Record<NotificationEvent, string>> = {
  'endpoint-unreachable': 'An endpoint cannot be reached any more',
  'endpoint-stale': 'An endpoint had no complete run for some hours',
  'run-failed': 'Runs of an endpoint do not succeed any more',
  'run-recovered': 'Runs of an endpoint succeed again',
  'conflicts-new': 'A run met conflicts that the one before had not',
  'credential-expiring': 'A token expires within some days',
  'deletion-requested': 'Somebody wants a guest deleted, and somebody else must decide',
  'deletion-reminder': 'A deletion request still waits for a decision',
  'deletion-escalation': 'Nobody has decided about a deletion request, and three quarters of its time are over',
  'deletion-ended': 'A deletion request was approved or has ended',
};

/** Sent when somebody asks for it; nobody subscribes to it. */
export const TEST_EVENT = 'test';

/** One thing that is told. */
export interface NotificationItem {
  event: NotificationEvent | typeof TEST_EVENT;
  /** Null where it is about no endpoint. */
  endpoint: { id: string; name: string } | null;
  runId: string | null;
  /** A sentence. */
  message: string;
  /** ISO 8601. */
  at: string;
}

export interface Subscription {
  event: NotificationEvent;
  /** Null: every endpoint, and what is about none. */
  endpointId: string | null;
}

/** What of it somebody wants to know. */
export const wantedOf = (items: readonly NotificationItem[], subscriptions: readonly Subscription[]): NotificationItem[] =>
  items.filter(item =>
    subscriptions.some(
      ({ event, endpointId }) => event === item.event && (endpointId === null || endpointId === item.endpoint?.id),
    ),
  );
