import { formatPropertyString, parsePropertyString, withProperty } from '../../../proxmox/property-string';
import type { VmRule } from '../vm-rule';

export const startAtBootRule: VmRule = {
  fields: ['proxmox_start_at_boot'],
  differences: ({ proxmox_start_at_boot: wanted }, { config }) =>
    wanted === undefined || wanted === null || wanted === config.onboot
      ? []
      : [{ field: 'proxmox_start_at_boot', from: config.onboot, to: wanted }],
  edit: ({ proxmox_start_at_boot: wanted }) => ({ set: { onboot: wanted?.to ? 1 : 0 } }),
};

export const agentRule: VmRule = {
  fields: ['proxmox_qemu_agent'],
  differences: ({ proxmox_qemu_agent: wanted }, { kind, config }) =>
    wanted === undefined || wanted === null || kind === 'lxc' || wanted === config.agent.enabled
      ? []
      : [{ field: 'proxmox_qemu_agent', from: config.agent.enabled, to: wanted }],
  edit({ proxmox_qemu_agent: wanted }, { config }) {
    const parts = parsePropertyString(config.raw['agent'] ?? '');
    return { set: { agent: formatPropertyString(withProperty(parts, 'enabled', wanted?.to ? '1' : '0', true)) } };
  },
};

export const searchDomainRule: VmRule = {
  fields: ['proxmox_search_domain'],
  differences({ proxmox_search_domain: wanted }, { config }) {
    if (wanted === undefined || (wanted ?? '') === (config.searchDomain ?? '')) return [];
    return [{ field: 'proxmox_search_domain', from: config.searchDomain, to: wanted }];
  },
  edit: ({ proxmox_search_domain: wanted }) => (wanted?.to ? { set: { searchdomain: wanted.to } } : { remove: ['searchdomain'] }),
};

/** MiB of a container. */
export const swapRule: VmRule = {
  fields: ['proxmox_swap'],
  differences: ({ proxmox_swap: wanted }, { kind, config }) =>
    wanted === undefined || wanted === null || kind === 'qemu' || wanted === config.swapMib
      ? []
      : [{ field: 'proxmox_swap', from: config.swapMib, to: wanted }],
  edit: ({ proxmox_swap: wanted }) => (wanted ? { set: { swap: wanted.to ?? 0 } } : {}),
};
