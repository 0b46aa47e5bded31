import { splitVolid } from '../../proxmox/drive';
import { blocked, type Check } from './check';

/** A file of cloud-init is written to one folder, and must be found by whichever node the guest starts on. */
export const snippetsCheck: Check = {
  name: 'snippets',
  run({ plan, world }) {
    if (!plan || world.nodes.length < 2) return [];
    const names = new Set(plan.files.map(({ volume }) => splitVolid(volume)[0]));
    return world.storages
      .filter(({ name, node, shared }) => node === plan.node && names.has(name) && !shared)
      .map(({ name }) =>
        blocked(
          'snippets_not_shared',
          `The storage ${name} is another one on each node, and the file of the user data is written once. Set intent_snippets_storage to one that all nodes share.`,
        ),
      );
  },
};
