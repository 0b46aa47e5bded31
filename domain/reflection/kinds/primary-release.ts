import type { Kind } from '../kind';
import { primaryIp } from './primary-ip';

/**
 * Takes the primary address from a VM before that address moves to another guest: NetBox refuses to reassign an address
 * that is primary (NetBox 4.7). Its changes come from the moves that the plan found, never from the guests.
 */
export const primaryRelease: Kind = {
  ...primaryIp,
  name: 'primary-release',
  dependsOn: ['virtual-machine'],
  desire: () => [],
};
