const DAY = 86_400_000;

/** When an open request expires; milliseconds since 1970. An approval does not move it. */
export const deadlineOf = (openedAt: number, ttlDays: number): number => openedAt + Math.max(1, ttlDays) * DAY;

/** When people are reminded: all who may decide at half of the time, and those to whom it is escalated at three quarters. */
export const remindersOf = (
  openedAt: number,
  deadline: number,
): { readonly at: number; readonly to: 'deciders' | 'escalation' }[] => [
  { at: openedAt + (deadline - openedAt) / 2, to: 'deciders' },
  { at: openedAt + ((deadline - openedAt) * 3) / 4, to: 'escalation' },
];

/** On its deadline a request has expired. */
export const isExpired = (deadline: number, now: number): boolean => now >= deadline;

/** How long an approval holds that could not be carried out. */
export const isStale = (approvedAt: number, staleAfterMs: number, now: number): boolean => now - approvedAt >= staleAfterMs;
