import { blocked, type Check } from './check';

/** The node of the guest exists and is online. A name that the cluster does not list must never be sent: Proxmox would look it up. */
export const nodeCheck: Check = {
  name: 'node',
  run({ change, plan, live, world }) {
    const name = live?.node ?? plan?.node ?? null;
    if (name === null || name === '') {
      if (change.op !== 'create') return [];
      return [
        blocked(
          'node_missing',
          'Nothing says on which node the guest is to be made. Set the custom field proxmox_node, or its device.',
        ),
      ];
    }
    const node = world.nodes.find(each => each.name === name);
    if (!node) {
      const known = world.nodes.map(each => each.name).join(', ');
      return [
        blocked('node_not_found', `The cluster has no node ${name}. Its nodes are ${known}: set proxmox_node to one of them.`),
      ];
    }
    if (node.online) return [];
    return [blocked('node_offline', `The node ${name} is not online. Apply when it is, or name another one for a new guest.`)];
  },
};
