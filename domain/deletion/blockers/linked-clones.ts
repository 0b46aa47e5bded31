import { unreadable, type Blocker } from './blocker';

export const linkedClonesBlocker: Blocker = {
  name: 'linked-clones',
  look({ live, linkedClones }) {
    if (!live.config.template) return null;
    if (linkedClones === null) return unreadable('the template has linked clones');
    if (linkedClones.length === 0) return null;
    const list = [...linkedClones].sort((a, b) => a - b).join(', ');
    return {
      code: 'has_linked_clones',
      message: `The template ${live.vmid} has linked clones: ${list}. Delete them, or make them full ones, first.`,
    };
  },
};
