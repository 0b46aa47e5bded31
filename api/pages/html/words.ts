/** `1 guest`, `2 guests`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** `850 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `first-run-review` and `virtual_machine` as words; names as they are written elsewhere. */
export function readable(code: string): string {
  const words = code.split(/[-_]/).map(word => spelled[word.toLowerCase()] ?? word);
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const spelled: Readonly<Record<string, string>> = {
  cloudinit: 'cloud-init',
  dns: 'DNS',
  ip: 'IP',
  ipv4: 'IPv4',
  ipv6: 'IPv6',
  lxc: 'LXC',
  mac: 'MAC',
  netbox: 'NetBox',
  vlan: 'VLAN',
  vm: 'VM',
  vmid: 'VMID',
};
