import { z } from 'zod';

/** The number of an event, as a client gives it back. */
export const eventNumber = z.string().regex(/^\d{1,15}$/, 'A number of an event.');

export const runEventsQuery = z.strictObject({
  lastEventId: eventNumber
    .optional()
    .describe('Number of the last event that is known; the header `Last-Event-ID` goes before it.'),
});
