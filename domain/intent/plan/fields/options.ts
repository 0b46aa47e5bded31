import { formatPropertyString, parsePropertyString, withProperty } from '../../../proxmox/property-string';
import { readNetwork } from '../../cloud-init/network';
import type { VmFields } from '../../changes/fields';
import type { LiveGuest } from '../live';
import type { PlanOptions } from '../options';
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
  differences(values, live, options) {
    const { proxmox_search_domain: wanted } = values;
    const { config } = live;
    if (wanted === undefined || networkSaysIt(values, live, options)) return [];
    if ((wanted ?? '') === (config.searchDomain ?? '')) return [];
    return [{ field: 'proxmox_search_domain', from: config.searchDomain, to: wanted }];
  },
  edit: ({ proxmox_search_domain: wanted }) => (wanted?.to ? { set: { searchdomain: wanted.to } } : { remove: ['searchdomain'] }),
};

/** Where cloud-init's network names a search domain, that one counts: two fields that mean the same key must not pull at it. */
function networkSaysIt({ cloud_init_network: network }: Partial<VmFields>, { kind }: LiveGuest, options: PlanOptions): boolean {
  if (kind === 'lxc' || typeof network !== 'string') return false;
  const reading = readNetwork(network, options.parseUserData);
  return 'network' in reading && reading.network.searchDomain !== null;
}

/** MiB of a container. */
export const swapRule: VmRule = {
  fields: ['proxmox_swap'],
  differences: ({ proxmox_swap: wanted }, { kind, config }) =>
    wanted === undefined || wanted === null || kind === 'qemu' || wanted === config.swapMib
      ? []
      : [{ field: 'proxmox_swap', from: config.swapMib, to: wanted }],
  edit: ({ proxmox_swap: wanted }) => (wanted ? { set: { swap: wanted.to ?? 0 } } : {}),
};
