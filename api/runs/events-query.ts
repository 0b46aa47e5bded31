import { z } from 'zod';
import { runEventNames } from '../../domain/run-events';

/** The number of an event, as a client gives it back. */
export const eventNumber = z.string().regex(/^\d{1,15}$/, 'A number of an event.');

export const runEventsQuery = z.strictObject({
  lastEventId: eventNumber
    .optional()
    .describe('Number of the last event that is known; the header `Last-Event-ID` goes before it.'),
});

/** One event of the stream. */
export const runEventView = z
  .strictObject({
    id: eventNumber,
    event: z.enum(runEventNames),
    data: z.string().describe('A JSON object; what is in it depends on the event.'),
  })
  .meta({ id: 'RunEvent' });
