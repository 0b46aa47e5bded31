import { parseGuestConfig, type GuestKind } from '../../../../domain/proxmox/guest-config';
import { observeGuest, type GuestReport } from '../../../../domain/reflection/observe-guest';
import { defaultPolicy, type ReflectionPolicy } from '../../../../domain/reflection/policy';

const silent: GuestReport = { told: false };
const tells = (interfaces: { name: string; mac?: string; ips?: string[] }[], hostName: string | null = null): GuestReport => ({
  told: true,
  hostName,
  interfaces: interfaces.map(({ name, mac, ips = [] }) => ({
    name,
    mac: mac ?? null,
    addresses: ips.map(text => ({ address: text.split('/')[0]!, prefix: Number(text.split('/')[1]) })),
  })),
});

const observe = (
  kind: GuestKind,
  config: Record<string, string | number>,
  report: GuestReport = silent,
  policy: Partial<ReflectionPolicy> = {},
) =>
  observeGuest(parseGuestConfig(kind, config), { vmid: 100, node: 'n1', status: 'running' }, report, {
    ...defaultPolicy,
    ...policy,
  });

const firstNic = (line: string, kind: GuestKind = 'qemu') => observe(kind, { net0: line }).nics[0]!;

describe('names', () => {
  test('come from the configuration; a guest without one gets what Proxmox calls it', () => {
    expect(observe('qemu', { name: 'web' }).name).toBe('web');
    expect(observe('lxc', { hostname: 'ct' }).name).toBe('ct');
    expect(observe('qemu', {}).name).toBe('VM-100');
    expect(observe('lxc', {}).name).toBe('CT100');
  });

  test('the DNS name is what the guest tells: a VM through its agent, a container in its configuration', () => {
    expect(observe('qemu', { name: 'web' }, tells([], 'Web.Example.COM.')).dnsName).toBe('web.example.com');
    expect(observe('qemu', { name: 'web' }).dnsName).toBe('');
    expect(observe('qemu', {}, tells([], 'localhost.localdomain')).dnsName).toBe('');
    expect(observe('qemu', {}, tells([], 'not a name')).dnsName).toBe('');
    expect(observe('lxc', { hostname: 'CT' }).dnsName).toBe('ct');
  });
});

describe('sizes', () => {
  test('vCPUs are sockets times cores; a container without a limit has none', () => {
    expect(observe('qemu', { sockets: 2, cores: 4 }).vcpus).toBe(8);
    expect(observe('qemu', {}).vcpus).toBe(1);
    expect(observe('lxc', { cores: 3 }).vcpus).toBe(3);
    expect(observe('lxc', {}).vcpus).toBeNull();
  });

  test('disks are counted in MiB, rounded up; drives without a medium or a size are left out and said', () => {
    const { disks, remarks } = observe('qemu', {
      scsi0: 'ceph:vm-100-disk-0,size=32G',
      virtio1: 'local:100/vm-100-disk-1.qcow2,size=1T,format=qcow2',
      sata0: 'ceph:vm-100-disk-2,size=512M',
      efidisk0: 'ceph:vm-100-disk-3,size=528K',
      ide0: 'ceph:vm-100-disk-4,size=1048577',
      ide2: 'none,media=cdrom',
      scsi1: '/dev/disk/by-id/x,size=10G',
      scsi2: 'ceph:vm-100-disk-5',
      unused0: 'ceph:vm-100-disk-9',
    });
    expect(Object.fromEntries(disks.map(({ key, sizeMiB }) => [key, sizeMiB]))).toEqual({
      scsi0: 32_768,
      virtio1: 1_048_576,
      sata0: 512,
      efidisk0: 1,
      ide0: 2,
    });
    expect(disks.find(disk => disk.key === 'virtio1')).toMatchObject({ storage: 'local', format: 'qcow2' });
    expect(remarks).toHaveLength(2);
    expect(remarks.join()).toMatch(/scsi1.*scsi2/);
  });

  test('a container’s root volume and mount points are disks, a bind mount is not', () => {
    const { disks } = observe('lxc', {
      rootfs: 'ceph:vm-100-disk-0,size=8G',
      mp0: 'ceph:vm-100-disk-1,mp=/srv,size=1G',
      mp1: '/data,mp=/data',
    });
    expect(disks.map(({ key, sizeMiB }) => [key, sizeMiB])).toEqual([
      ['mp0', 1024],
      ['rootfs', 8192],
    ]);
  });
});

describe('NICs', () => {
  test.each(['virtio', 'e1000', 'e1000e', 'vmxnet3', 'rtl8139', 'e1000-82545em'])('of model %s have their MAC address', model => {
    expect(firstNic(`${model}=bc:24:11:00:00:01,bridge=vmbr1`)).toMatchObject({
      key: 'net0',
      name: 'net0',
      mac: 'BC:24:11:00:00:01',
      bridge: 'vmbr1',
    });
  });

  test('of a container have the name inside it', () => {
    expect(firstNic('name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:02,type=veth', 'lxc')).toMatchObject({
      name: 'eth0',
      mac: 'BC:24:11:00:00:02',
    });
  });

  test('say their VLAN, their trunks, their MTU and whether they are plugged in', () => {
    expect(firstNic('virtio=BC:24:11:00:00:01,tag=20,trunks=30;40-42;41,mtu=9000,link_down=1')).toMatchObject({
      vlan: 20,
      trunks: [30, 40, 41, 42],
      mtu: 9000,
      enabled: false,
    });
    // MTU 1 is the bridge's own.
    expect(firstNic('virtio=BC:24:11:00:00:01,mtu=1')).toMatchObject({ mtu: null, trunks: null, vlan: null, enabled: true });
    expect(firstNic('virtio=BC:24:11:00:00:01,trunks=5000;7-3').trunks).toEqual([]);
  });
});

describe('addresses', () => {
  const net0 = 'virtio=BC:24:11:00:00:01,bridge=vmbr0';

  test('that the agent reports belong to the NIC with its MAC, whatever it is called inside', () => {
    const report = tells([
      { name: 'lo', ips: ['127.0.0.1/8', '::1/128'] },
      { name: 'ens18', mac: 'bc:24:11:00:00:01', ips: ['10.0.0.1/24', '2001:DB8::0001/64', 'fe80::1/64'] },
      { name: 'ens19', mac: 'bc:24:11:00:00:02', ips: ['10.0.1.1/24'] },
    ]);
    const { nics, addressesComplete } = observe('qemu', { net0 }, report);
    expect(nics.map(nic => nic.addresses)).toEqual([['10.0.0.1/24', '2001:db8::1/64']]);
    expect(addressesComplete).toBe(true);
    expect(observe('qemu', { net0 }, report, { ignoreIpv6LinkLocal: false }).nics[0]!.addresses).toContain('fe80::1/64');
  });

  test('a bridge inside the guest that has the NIC’s MAC has its addresses, once', () => {
    const report = tells([
      { name: 'ens18', mac: 'bc:24:11:00:00:01' },
      { name: 'vmbr0', mac: 'bc:24:11:00:00:01', ips: ['10.0.0.1/24', '10.0.0.1/24'] },
    ]);
    expect(observe('qemu', { net0 }, report).nics[0]!.addresses).toEqual(['10.0.0.1/24']);
  });

  test('a container’s interface is found by its name where the kernel shows another MAC', () => {
    const report = tells([{ name: 'eth0', mac: '00:00:00:00:00:99', ips: ['10.0.0.1/24'] }]);
    const config = { net0: 'name=eth0,hwaddr=BC:24:11:00:00:02,bridge=vmbr0,ip=dhcp' };
    expect(observe('lxc', config, report).nics[0]!.addresses).toEqual(['10.0.0.1/24']);
  });

  test('without a report the static addresses of the configuration stand in, and nothing is known to be gone', () => {
    const lxc = observe('lxc', {
      net0: 'name=eth0,bridge=vmbr0,ip=10.0.0.1/24,ip6=auto',
      net1: 'name=eth1,ip=dhcp,ip6=2001:db8::1/64',
    });
    expect(lxc.nics.map(nic => nic.addresses)).toEqual([['10.0.0.1/24'], ['2001:db8::1/64']]);
    expect(lxc.addressesComplete).toBe(false);
    const qemu = observe('qemu', {
      net0,
      net1: 'virtio=BC:24:11:00:00:02',
      ipconfig0: 'ip=10.0.0.5/24,gw=10.0.0.1,ip6=2001:db8::5/64',
      ipconfig1: 'ip=dhcp',
    });
    expect(qemu.nics.map(nic => nic.addresses)).toEqual([['10.0.0.5/24', '2001:db8::5/64'], []]);
  });

  test('a report beats the configuration; one without any address proves nothing', () => {
    const config = { net0, ipconfig0: 'ip=10.0.0.5/24' };
    expect(observe('qemu', config, tells([{ name: 'ens18', mac: 'bc:24:11:00:00:01', ips: ['10.0.0.9/24'] }]))).toMatchObject({
      nics: [{ addresses: ['10.0.0.9/24'] }],
      addressesComplete: true,
    });
    expect(observe('qemu', config, tells([{ name: 'ens18', mac: 'bc:24:11:00:00:01' }]))).toMatchObject({
      addressesComplete: false,
    });
  });
});

describe('interfaces that only the guest knows', () => {
  const report = tells([
    { name: 'ens18', mac: 'bc:24:11:00:00:01', ips: ['10.0.0.1/24'] },
    ...['docker0', 'br-12ab', 'veth0', 'cni0', 'cali9', 'flannel.1', 'virbr0', 'lo'].map(name => ({
      name,
      ips: ['172.17.0.1/16'],
    })),
    { name: 'wg0', ips: ['10.8.0.1/24'] },
    { name: 'local0', ips: ['10.9.0.1/24'] },
  ]);
  const keys = (policy: Partial<ReflectionPolicy>) =>
    observe('qemu', { net0: 'virtio=BC:24:11:00:00:01' }, report, policy).nics.map(nic => nic.key);

  test('are left out unless the settings want them, and then the excluded ones are', () => {
    expect(keys({})).toEqual(['net0']);
    expect(keys({ reflectGuestInterfaces: true })).toEqual(['net0', 'guest/wg0', 'guest/local0']);
    expect(keys({ reflectGuestInterfaces: true, interfaceExcludeNames: ['wg0'] })).toEqual(['net0', 'guest/local0']);
    expect(keys({ reflectGuestInterfaces: true, interfaceExcludePrefixes: ['w', 'loc', 'v', 'd', 'c', 'b', 'f'] })).toEqual([
      'net0',
      'guest/lo',
    ]);
  });
});

describe('evidence', () => {
  test('of a VM is its uuid, its generation and its creation time; of a container its root volume and its MACs', () => {
    expect(
      observe('qemu', { smbios1: 'uuid=AAAA-BB,base64=1', vmgenid: 'CCCC', meta: 'creation-qemu=9.0,ctime=1700000000' }).evidence,
    ).toEqual({
      smbiosUuid: 'aaaa-bb',
      vmgenid: 'cccc',
      ctime: 1_700_000_000,
    });
    expect(
      observe('lxc', {
        rootfs: 'ceph:vm-100-disk-0,size=8G',
        net1: 'name=b,hwaddr=bc:24:11:00:00:02',
        net0: 'name=a,hwaddr=BC:24:11:00:00:01',
      }).evidence,
    ).toEqual({ rootfs: 'ceph:vm-100-disk-0', macs: ['BC:24:11:00:00:01', 'BC:24:11:00:00:02'] });
    expect(observe('qemu', {}).evidence).toEqual({});
  });
});
