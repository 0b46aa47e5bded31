/** On the guest while its deletion request is open. */
export const PENDING_DELETION = 'proxbox-pending-deletion';
/** In its place from the moment before the destroy is sent. */
export const DESTROYING = 'proxbox-destroying';

/** Tags with our mark, everything else as it is. */
export const markedPending = (tags: readonly string[]): string[] => [...unmarked(tags), PENDING_DELETION];
export const markedDestroying = (tags: readonly string[]): string[] => [...unmarked(tags), DESTROYING];
export const unmarked = (tags: readonly string[]): string[] => tags.filter(tag => tag !== PENDING_DELETION && tag !== DESTROYING);
