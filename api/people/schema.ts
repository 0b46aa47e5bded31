import { z } from 'zod';
import { USERNAME_RULE, usernamePattern } from '../../domain/people/names';
import { permissionSchema } from '../auth/schema';
import { newPassword } from '../auth/secret-text';
import { listOf } from '../paging';
import { plainText } from '../text';

const userFields = {
  username: z.string().regex(usernamePattern, USERNAME_RULE),
  displayName: z.union([z.literal(''), plainText(200)]),
  email: z.email().max(254).nullable(),
  enabled: z.boolean().describe('A disabled user has no right at all, from the moment on.'),
};

export const userCreateSchema = z.strictObject({
  username: userFields.username,
  displayName: userFields.displayName.default(''),
  email: userFields.email.default(null),
  enabled: userFields.enabled.default(true),
  password: newPassword.optional().describe('Without one, the user cannot sign in with a password.'),
});
export type UserCreate = z.output<typeof userCreateSchema>;

/** What is absent stays as it is. */
export const userPatchSchema = z.strictObject(userFields).partial();
export type UserPatch = z.output<typeof userPatchSchema>;

export const passwordResetSchema = z.strictObject({ password: newPassword });

export const netboxLinkSchema = z.strictObject({
  netboxUsername: plainText(150).nullable().describe('As NetBox writes it; null ends the link.'),
});

export const bindingCreateSchema = z.strictObject({
  role: plainText(100).describe('Id or name.'),
  endpoint: plainText(100).nullable().default(null).describe('Id or name; null for everywhere.'),
});

const roleFields = {
  name: plainText(100),
  description: z.union([z.literal(''), plainText(500)]),
  permissions: z.array(permissionSchema).min(1),
};

export const roleCreateSchema = z.strictObject({ ...roleFields, description: roleFields.description.default('') });
/** What is absent stays as it is. */
export const rolePatchSchema = z.strictObject(roleFields).partial();

// What is answered --------------------------------------------------------------------------------------------------------

const time = z.iso.datetime();

export const userView = z
  .strictObject({
    id: z.uuid(),
    username: z.string(),
    displayName: z.string(),
    email: z.string().nullable(),
    enabled: z.boolean(),
    hasPassword: z.boolean(),
    netboxUsername: z.string().nullable().describe('The NetBox user whose actions have the rights of this one.'),
    external: z.strictObject({ issuer: z.string(), subject: z.string() }).nullable(),
    version: z.number().int(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'User' });
export type UserView = z.output<typeof userView>;

export const userListView = listOf(userView);
export type UserListView = z.output<typeof userListView>;

export const bindingView = z
  .strictObject({
    id: z.uuid(),
    role: z.strictObject({ id: z.uuid(), name: z.string() }),
    endpoint: z.strictObject({ id: z.uuid(), name: z.string() }).nullable().describe('Null: everywhere.'),
    createdAt: time,
  })
  .meta({ id: 'RoleOfUser' });
export type BindingView = z.output<typeof bindingView>;

export const bindingListView = listOf(bindingView);
export type BindingListView = z.output<typeof bindingListView>;

export const roleView = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    permissions: z.array(z.string()),
    builtIn: z.boolean().describe('Comes with the service and cannot be changed.'),
    version: z.number().int(),
  })
  .meta({ id: 'Role' });
export type RoleView = z.output<typeof roleView>;

export const roleListView = listOf(roleView);
export type RoleListView = z.output<typeof roleListView>;
