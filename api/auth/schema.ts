import { z } from 'zod';
import { permissions } from '../../domain/people/permissions';
import { listOf } from '../paging';
import { plainText } from '../text';
import { givenPassword, newPassword } from './secret-text';

export const signInSchema = z.strictObject({
  username: z.string().min(1).max(150),
  password: givenPassword,
  next: z.string().max(2_000).optional().describe('Of a form: the page of this service to go to.'),
});

export const passwordChangeSchema = z.strictObject({ oldPassword: givenPassword, newPassword });

export const permissionSchema = z.enum(permissions).meta({ id: 'Permission' });

export const tokenCreateSchema = z.strictObject({
  name: plainText(100),
  permissions: z
    .array(permissionSchema)
    .min(1)
    .nullable()
    .default(null)
    .describe('What the token gives, as far as its user may; null for everything that its user may do.'),
  expiresAt: z.iso
    .datetime({ offset: true })
    .transform(text => new Date(text))
    .refine(time => time.getTime() > Date.now(), 'Give a time in the future.')
    .nullable()
    .default(null),
});
export type TokenCreate = z.output<typeof tokenCreateSchema>;

// What is answered --------------------------------------------------------------------------------------------------------

const time = z.iso.datetime();

export const signedInView = z.strictObject({
  csrfToken: z.string().describe('To send along as X-CSRF-Token, or as the form field _csrf, with every change.'),
  expiresAt: time,
});
export type SignedInView = z.output<typeof signedInView>;

export const meView = z.strictObject({
  kind: z.enum(['user', 'service']),
  userId: z.uuid().nullable(),
  username: z.string(),
  how: z.enum(['token', 'session', 'environment']),
  permissions: z
    .array(
      z.strictObject({
        permission: permissionSchema,
        endpoints: z.array(z.uuid()).nullable().describe('Null: everywhere.'),
      }),
    )
    .describe('What this caller may do, and where.'),
  csrfToken: z.string().nullable().describe('Of a session; null for others, which need none.'),
});
export type MeView = z.output<typeof meView>;

export const tokenView = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    prefix: z.string(),
    permissions: z.array(z.string()).nullable(),
    createdBy: z.uuid().nullable().describe('Another than its user: the token proves no person.'),
    expiresAt: time.nullable(),
    lastUsedAt: time.nullable().describe('To the minute.'),
    createdAt: time,
    revokedAt: time.nullable(),
  })
  .meta({ id: 'Token' });
export type TokenView = z.output<typeof tokenView>;

export const newTokenView = tokenView.extend({ token: z.string().describe('Shown this once.') }).meta({ id: 'NewToken' });
export type NewTokenView = z.output<typeof newTokenView>;

export const tokenListView = listOf(tokenView);
export type TokenListView = z.output<typeof tokenListView>;
