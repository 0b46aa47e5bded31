import { refuse, remark } from '../edit';
import { liveVcpus } from '../live';
import type { VmRule } from '../vm-rule';

/** `vcpus` is sockets × cores of a virtual machine, of which the sockets stay, and the cores of a container. */
export const cpuRule: VmRule = {
  fields: ['vcpus'],
  differences({ vcpus }, live) {
    const now = liveVcpus(live);
    return vcpus === undefined || vcpus === now ? [] : [{ field: 'vcpus', from: now, to: vcpus }];
  },
  edit({ vcpus }, { kind, config }) {
    const wanted = vcpus?.to ?? null;
    if (wanted === null) {
      if (kind === 'lxc') return { remove: ['cores'] };
      return remark('vcpus', 'A virtual machine has a number of CPUs in any case: an empty field changes nothing.');
    }
    if (!Number.isInteger(wanted) || wanted < 1) {
      return refuse('vcpus_not_whole', 'vcpus', `${wanted} CPUs are not possible. Give a whole number.`);
    }
    if (kind === 'lxc') return { set: { cores: wanted } };
    const { sockets, vcpus: plugged } = config;
    if (wanted % sockets !== 0) {
      return refuse(
        'vcpus_not_divisible',
        'vcpus',
        `${wanted} CPUs do not divide by the ${sockets} sockets of the guest, which stay as they are. Give a multiple of ${sockets}.`,
      );
    }
    // More CPUs plugged in than there are is accepted by Proxmox VE 9.2, and fails at the next start.
    return { set: { cores: wanted / sockets, ...(plugged !== null && plugged > wanted && { vcpus: wanted }) } };
  },
};
