import type { Operations } from '../openapi/operation';
import { shortListQuery } from '../paging';
import { roleCreateSchema, roleListView, rolePatchSchema, roleView } from './schema';

const role = { description: 'The role.', body: roleView, headers: ['ETag'] } as const;

export const roleOperations = {
  'GET /roles': {
    id: 'listRoles',
    tag: 'Roles',
    summary: 'List roles',
    query: shortListQuery,
    answers: { 200: { description: 'All roles, by name.', body: roleListView, headers: ['Link'] } },
  },
  'POST /roles': {
    id: 'createRole',
    tag: 'Roles',
    summary: 'Create a role',
    body: roleCreateSchema,
    example: { name: 'night shift', description: 'Starts syncs, changes nothing else.', permissions: ['view', 'run_sync'] },
    answers: { 201: { ...role, headers: ['ETag', 'Location'] } },
    problems: ['name-taken'],
  },
  'GET /roles/:id': { id: 'getRole', tag: 'Roles', summary: 'Show a role', answers: { 200: role } },
  'PATCH /roles/:id': {
    id: 'changeRole',
    tag: 'Roles',
    summary: 'Change a role',
    description: 'What is absent stays as it is. Roles that are built in cannot be changed.',
    body: rolePatchSchema,
    example: { permissions: ['view'] },
    ifMatch: true,
    answers: { 200: role },
    problems: ['name-taken', 'built-in-role'],
  },
  'DELETE /roles/:id': {
    id: 'deleteRole',
    tag: 'Roles',
    summary: 'Delete a role that nobody has',
    ifMatch: true,
    answers: { 204: { description: 'It is gone.' } },
    problems: ['built-in-role', 'role-in-use'],
  },
} as const satisfies Operations;
