import { blocked, type Check } from './check';

/** The guest is where NetBox says, and is the one that we know. */
export const placeCheck: Check = {
  name: 'place',
  run({ change, live, identity, world }) {
    if (change.op === 'create') return [];
    const { vmid, kind, name } = change.guest;
    if (vmid === null) {
      return [
        blocked(
          'vmid_missing',
          `NetBox does not say which guest ${name} is: its custom field proxmox_vm_id is empty. Wait for the next sync, or set it.`,
        ),
      ];
    }
    if (!live) {
      const other = world.guests.find(guest => guest.vmid === vmid);
      if (!other)
        return [blocked('guest_not_found', `There is no guest ${vmid} in the cluster. Look at what became of it, and sync.`)];
      if (other.kind === kind && world.nodes.some(({ name: node, online }) => node === other.node && !online)) {
        return [blocked('node_offline', `Guest ${vmid} is on the node ${other.node}, which is not online. Apply when it is.`)];
      }
      const what =
        other.kind === kind ? `is on ${other.node}, where it could not be read` : `is of the kind ${other.kind}, not ${kind}`;
      return [blocked('toctou_mismatch', `Guest ${vmid} ${what}. Sync, and plan again.`)];
    }
    const who = `Guest ${vmid} (${live.config.name ?? 'without a name'})`;
    switch (identity) {
      case 'proven':
        return [];
      case 'recreated':
        return [blocked('guest_recreated', `${who} is another guest than the one that NetBox shows. Sync, and plan again.`)];
      case 'changed':
        return [
          blocked(
            'guest_changed',
            `${who} has lost some of what it is recognised by. Confirm that it is the same guest, and plan again.`,
          ),
        ];
      case 'unproven':
        return [
          blocked('guest_unproven', `${who} cannot be told from another guest. Confirm which guest it is, and plan again.`),
        ];
      case 'none':
        return [blocked('guest_unknown', `${who} has not been seen by a sync yet. Sync, and plan again.`)];
    }
  },
};
