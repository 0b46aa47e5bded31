import type { NewGuest } from '../../../../simulators/proxmox/world-control';
import type { GuestInterface } from '../../../../simulators/proxmox/state';

export interface Nic {
  /** Last two octets of the MAC, `01:02`; the rest is always the same. */
  mac: string;
  /** In CIDR notation, as the guest reports them. */
  ips?: string[];
  /** Further options of the config line, e.g. `tag=20`. */
  options?: string;
}

export const macOf = (short: string): string => `BC:24:11:00:${short.toUpperCase()}`;

const reported = (nics: Nic[]): GuestInterface[] =>
  nics.map((nic, index) => ({
    name: `eth${index}`,
    mac: macOf(nic.mac).toLowerCase(),
    addresses: (nic.ips ?? []).map(text => ({ address: text.split('/')[0]!, prefix: Number(text.split('/')[1]) })),
  }));

const withOptions = (line: string, options: string | undefined): string => (options === undefined ? line : `${line},${options}`);

/** The config lines and the report that belong to a list of NICs. */
export function qemuNics(nics: Nic[]): Required<Pick<NewGuest, 'config' | 'interfaces'>> {
  const lines = nics.map((nic, index) => [`net${index}`, withOptions(`virtio=${macOf(nic.mac)},bridge=vmbr0`, nic.options)]);
  return { config: Object.fromEntries(lines), interfaces: reported(nics) };
}

export type GuestOptions = Partial<Omit<NewGuest, 'vmid' | 'kind'>> & { nics?: Nic[] };

/** A running VM with a guest agent, one disk of 8 GiB and, unless told otherwise, one NIC with one address made from its VMID. */
export function vm(vmid: number, name: string, { nics = [nicOf(vmid)], config, ...rest }: GuestOptions = {}): NewGuest {
  const net = qemuNics(nics);
  return {
    vmid,
    kind: 'qemu',
    power: 'running',
    config: { name, agent: '1', memory: '1024', cores: 2, scsi0: `ceph:vm-${vmid}-disk-0,size=8G`, ...net.config, ...config },
    interfaces: net.interfaces,
    ...rest,
  };
}

/** A running container with one NIC. */
export function container(vmid: number, name: string, { nics = [nicOf(vmid)], config, ...rest }: GuestOptions = {}): NewGuest {
  const lines = nics.map((nic, index) => [
    `net${index}`,
    withOptions(`name=eth${index},bridge=vmbr0,hwaddr=${macOf(nic.mac)},ip=dhcp,type=veth`, nic.options),
  ]);
  return {
    vmid,
    kind: 'lxc',
    power: 'running',
    config: {
      hostname: name,
      memory: 512,
      ostype: 'debian',
      unprivileged: 1,
      rootfs: `ceph:vm-${vmid}-disk-0,size=4G`,
      ...Object.fromEntries(lines),
      ...config,
    },
    interfaces: reported(nics),
    ...rest,
  };
}

export function nicOf(vmid: number): Nic {
  const hex = vmid.toString(16).padStart(4, '0');
  return { mac: `${hex.slice(0, 2)}:${hex.slice(2)}`, ips: [ipOf(vmid)] };
}

export const ipOf = (vmid: number): string => `10.9.${Math.floor(vmid / 200)}.${(vmid % 200) + 1}/24`;
