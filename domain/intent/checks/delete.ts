import { warning, type Check } from './check';

/** A delete only ever becomes a request that somebody else decides about. */
export const deleteCheck: Check = {
  name: 'delete',
  run: ({ change }) =>
    change.op === 'delete'
      ? [
          warning(
            'delete_routed_to_deletion_request',
            `${change.guest.name} is not deleted by this: a deletion request is made, which somebody else must approve.`,
          ),
        ]
      : [],
};
