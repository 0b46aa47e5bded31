import { isNameOf } from '../../../reflection/names';
import { refuse } from '../edit';
import { liveName } from '../live';
import type { VmRule } from '../vm-rule';

/** Letters, digits and hyphens between dots (Proxmox VE 9.2, `name` and `hostname`). */
const DNS_NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;

export const isGuestName = (name: string): boolean => name.length <= 255 && DNS_NAME.test(name);

export const invalidName = (name: string) =>
  refuse('name_invalid', 'name', `Proxmox takes no guest name such as "${name}". Use letters, digits, hyphens and dots.`);

/** A name to which reflection added a number, or that it cut, is still the guest's. */
export const nameRule: VmRule = {
  fields: ['name'],
  differences: ({ name }, live) =>
    name === undefined || isNameOf(liveName(live), name) ? [] : [{ field: 'name', from: liveName(live), to: name }],
  edit({ name }, live) {
    if (!name) return {};
    if (!isGuestName(name.to)) return invalidName(name.to);
    return { set: { [live.kind === 'qemu' ? 'name' : 'hostname']: name.to } };
  },
};
