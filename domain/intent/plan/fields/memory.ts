import { refuse, remark, type Edit } from '../edit';
import type { VmRule } from '../vm-rule';

/** MiB (Proxmox VE 9.2). */
const least = 16;

/** The `memory` key for a wanted size; NetBox's MB are taken as MiB. */
export function memoryEdit(mebibytes: number): Edit {
  if (mebibytes >= least && Number.isInteger(mebibytes)) return { set: { memory: mebibytes } };
  return refuse(
    'memory_too_small',
    'memory',
    `${mebibytes} MB of memory are not possible. Give a whole number of at least ${least}.`,
  );
}

export const memoryRule: VmRule = {
  fields: ['memory'],
  differences: ({ memory }, { config }) =>
    memory === undefined || memory === config.memoryMib ? [] : [{ field: 'memory', from: config.memoryMib, to: memory }],
  edit({ memory }, { config }) {
    const wanted = memory?.to ?? null;
    if (wanted === null) return remark('memory', 'A guest has memory in any case: an empty field changes nothing.');
    const { set, ...rest } = memoryEdit(wanted);
    // A balloon above the memory is refused by Proxmox at the next start.
    const balloon = Number(config.raw['balloon'] ?? 0);
    return set ? { set: { ...set, ...(balloon > wanted && { balloon: wanted }) } } : rest;
  },
};
