import { parseLxcNic, parseQemuNic } from '../../proxmox/nic';
import { blocked, type Check } from './check';

/** The bridges of new and changed cards exist on the node: Proxmox takes any name, and the guest then does not start. */
export const bridgeCheck: Check = {
  name: 'bridge',
  run({ plan, world }) {
    if (!plan || plan.node === null) return [];
    const read = plan.guest.kind === 'qemu' ? parseQemuNic : parseLxcNic;
    const there = world.bridges.get(plan.node) ?? new Set<string>();
    const cards = plan.calls.flatMap(({ params }) => Object.entries(params)).filter(([key]) => /^net\d+$/.test(key));
    const missing = new Set(
      cards
        .flatMap(([key, value]) => (typeof value === 'string' ? (read(key, value).bridge ?? []) : []))
        .filter(name => !there.has(name)),
    );
    return [...missing].map(name =>
      blocked('bridge_not_found', `The node ${plan.node ?? ''} has no bridge ${name}. Set proxmox_bridge to one that it has.`),
    );
  },
};
