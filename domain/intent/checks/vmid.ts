import { blocked, type Check } from './check';

/** The VMID of a new guest is in the range, free in the whole cluster, kept for nobody else, and the only one that the guest was promised. */
export const vmidCheck: Check = {
  name: 'vmid',
  run({ change, plan, world, run }) {
    if (change.op !== 'create' || !plan) return [];
    const { vmid, birthMark } = plan;
    if (vmid === null)
      return [blocked('vmid_missing', 'The new guest has no VMID, and none could be given. Set the custom field proxmox_vm_id.')];
    const promised = world.promised.get(change.guest.netboxId ?? -1);
    if (promised?.isUnderWay === true && promised.vmid !== vmid) {
      const message = `A run is about to make ${change.vm.name} as VMID ${promised.vmid}. Wait for its end, then plan again.`;
      return [blocked('vmid_promised', message)];
    }
    const { from, to } = world.vmidRange;
    if (vmid < from || vmid > to) {
      return [
        blocked(
          'vmid_out_of_range',
          `VMID ${vmid} is not in the range of new guests, ${from} to ${to}. Give one of it, or none.`,
        ),
      ];
    }
    const holder = world.guests.find(guest => guest.vmid === vmid);
    if (holder) {
      return [
        blocked(
          'vmid_taken',
          `VMID ${vmid} is taken by ${holder.name ?? `a ${holder.kind} guest`} on ${holder.node}. Give another VMID, or none.`,
        ),
      ];
    }
    const keptFor = world.reservedVmids.get(vmid);
    if ((keptFor !== undefined && keptFor !== birthMark) || run.vmids.includes(vmid)) {
      return [blocked('vmid_reserved', `VMID ${vmid} is kept for another new guest. Give another VMID, or none.`)];
    }
    return [];
  },
};
