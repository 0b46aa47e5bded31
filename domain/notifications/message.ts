import type { NotificationItem } from './events';

/** One message to one target: everything that it is told at once. */
export interface NotificationMessage {
  subject: string;
  items: NotificationItem[];
}

/** The subject says what it is, for one thing in its own words. */
export function messageOf(items: readonly NotificationItem[]): NotificationMessage {
  const [first] = items;
  const subject = items.length === 1 && first !== undefined ? shortened(first.message) : summaryOf(items);
  return { subject: `[proxbox] ${subject}`, items: [...items] };
}

/** As plain text. */
export const textOf = ({ items }: NotificationMessage): string =>
  `${items.map(({ message, at, runId, event }) => `- ${message}\n  ${event}, ${at}${runId === null ? '' : `, run ${runId}`}`).join('\n\n')}\n`;

function summaryOf(items: readonly NotificationItem[]): string {
  const counts = new Map<string, number>();
  for (const { event } of items) counts.set(event, (counts.get(event) ?? 0) + 1);
  return [...counts].map(([event, count]) => `${count} × ${event}`).join(', ');
}

const LONGEST_SUBJECT = 120;

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= LONGEST_SUBJECT ? line : `${line.slice(0, LONGEST_SUBJECT - 1)}…`;
}
