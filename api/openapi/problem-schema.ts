import { z } from 'zod';
import { type ProblemCode, problemKinds } from '../errors';

/** Every answer that is an error: RFC 9457. */
export const problemSchema = z
  .strictObject({
    type: z.string().describe('`urn:proxbox:problem:` and the code.'),
    title: z.string().describe('The same for every problem of this code.'),
    status: z.number().int(),
    code: z.enum(Object.keys(problemKinds) as [ProblemCode, ...ProblemCode[]]).describe('Stable: programs decide by it.'),
    detail: z.string().describe('What happened this time, and what to do.'),
    errors: z
      .array(
        z.strictObject({
          pointer: z.string().describe('JSON pointer into the body, or `?name` of a query parameter.'),
          detail: z.string(),
        }),
      )
      .optional()
      .describe('One by one, where single values are wrong.'),
    retryable: z.boolean().describe('Whether the same request may succeed later.'),
    traceId: z.string().describe('Stands in the log, and in the header X-Request-Id of the answer.'),
  })
  .meta({ id: 'Problem' });
