import { MAX_WAIT_SECONDS } from '../prefer';
import type { HeaderObject, ParameterObject, Reference } from './document-types';

/** Headers of requests that several operations take. */
export const parameters = {
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    required: true,
    description:
      'The ETag of the version that the change was made from, or `*`. Without it: 428; when somebody else was first: 412.',
    schema: { type: 'string', minLength: 1 },
    example: '"3"',
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Any text that this request alone has, such as a UUID. For 24 hours the same request with the same key gets the first answer again and does nothing; another request with it: 422.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
    example: '7d4b8f0e-6a55-4a5c-9d64-0e5a3d1f9b1c',
  },
  Prefer: {
    name: 'Prefer',
    in: 'header',
    required: false,
    description: `\`wait=N\`: answer when the run has ended, or after N seconds (at most ${MAX_WAIT_SECONDS}). Anything else is ignored.`,
    schema: { type: 'string' },
    example: 'wait=30',
  },
} as const satisfies Record<string, ParameterObject>;

/** Headers of answers. */
export const headers = {
  ETag: { description: 'The version, to be sent as If-Match with a change.', schema: { type: 'string' } },
  Link: { description: 'The next page, `rel="next"` (RFC 8288); absent on the last one.', schema: { type: 'string' } },
  Location: { description: 'Where it is.', schema: { type: 'string' } },
  'X-Request-Id': { description: "The caller's, or one of ours; it stands in the log.", schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 0 } },
  RateLimit: { description: 'What is left of the quota, and for how long.', schema: { type: 'string' } },
  'Idempotency-Replayed': {
    description: '`true` when this is the answer to an earlier request with the same Idempotency-Key.',
    schema: { type: 'string', const: 'true' },
  },
  'Preference-Applied': { description: 'What was done of `Prefer`.', schema: { type: 'string' } },
} as const satisfies Record<string, HeaderObject>;

export const parameter = (name: keyof typeof parameters): Reference => ({ $ref: `#/components/parameters/${name}` });
export const header = (name: keyof typeof headers): Reference => ({ $ref: `#/components/headers/${name}` });

export const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API token: `Authorization: Bearer pbx_…`.' },
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Proxbox-API-Key',
    description: 'The same token in the header that Proxbox uses.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'proxbox_session',
    description: 'A browser that signed in. Changes need the header X-CSRF-Token with the `csrfToken` of `GET /auth/me`, too.',
  },
} as const;
