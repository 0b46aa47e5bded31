import { isDriveKey, parseDrive, splitVolid } from '../../../../domain/proxmox/drive';
import { parseBoot, parseIpConfig, parseMeta, parseSmbios, parseStartup } from '../../../../domain/proxmox/guest-keys';
import { parseLxcNic, parseQemuNic, withQemuCard } from '../../../../domain/proxmox/nic';
import { formatPropertyString } from '../../../../domain/proxmox/property-string';

describe('QEMU cards', () => {
  test.each([
    'virtio=BC:24:11:2A:00:01,bridge=vmbr0,firewall=1,tag=20',
    'model=virtio,macaddr=BC:24:11:2A:00:01,bridge=vmbr0,firewall=1,tag=20',
    'virtio,macaddr=BC:24:11:2A:00:01,bridge=vmbr0,firewall=1,tag=20',
    'tag=20,firewall=1,bridge=vmbr0,virtio=BC:24:11:2A:00:01',
  ])('%s', text => {
    expect(parseQemuNic('net0', text)).toMatchObject({
      key: 'net0',
      model: 'virtio',
      mac: 'BC:24:11:2A:00:01',
      bridge: 'vmbr0',
      tag: 20,
      firewall: true,
      linkDown: false,
      trunks: null,
    });
  });

  test.each(['e1000', 'e1000e', 'rtl8139', 'vmxnet3', 'e1000-82540em', 'ne2k_pci', 'pcnet', 'i82551'])(
    '%s stands before its MAC',
    model => {
      expect(parseQemuNic('net1', `${model}=bc:24:11:aa:bb:0c`)).toMatchObject({ model, mac: 'bc:24:11:aa:bb:0c', bridge: null });
    },
  );

  test('trunks, link and mtu', () => {
    expect(
      parseQemuNic('net1', 'e1000=bc:24:11:aa:bb:0c,bridge=vmbr0,link_down=1,trunks=10;20-22,mtu=1400,rate=1.5'),
    ).toMatchObject({
      linkDown: true,
      trunks: '10;20-22',
      mtu: 1400,
      rate: '1.5',
    });
  });

  test.each([
    'virtio=BC:24:11:00:00:01,bridge=vmbr0',
    'bridge=vmbr0,model=virtio,macaddr=BC:24:11:00:00:01',
    'virtio,bridge=vmbr0',
  ])('model and MAC are replaced, whatever the spelling: %s', text => {
    const { parts } = parseQemuNic('net0', text);
    expect(formatPropertyString(withQemuCard(parts, 'e1000', 'BC:24:11:00:00:02'))).toBe('e1000=BC:24:11:00:00:02,bridge=vmbr0');
    expect(formatPropertyString(withQemuCard(parts, 'e1000', null))).toBe('e1000,bridge=vmbr0');
  });
});

test('LXC cards', () => {
  expect(
    parseLxcNic('net0', 'name=eth0,bridge=vmbr0,gw=192.0.2.11,hwaddr=bc:24:11:00:0a:0b,ip=192.0.2.60/24,ip6=auto,type=veth'),
  ).toMatchObject({
    name: 'eth0',
    model: 'veth',
    mac: 'bc:24:11:00:0a:0b',
    bridge: 'vmbr0',
    ip: '192.0.2.60/24',
    gw: '192.0.2.11',
    ip6: 'auto',
    gw6: null,
  });
});

describe('drives', () => {
  test.each([
    [
      'scsi0',
      'local:130/vm-130-disk-0.qcow2,discard=on,iothread=1,size=32M,ssd=1',
      {
        source: 'volume',
        storage: 'local',
        volume: '130/vm-130-disk-0.qcow2',
        sizeBytes: 33554432,
        format: 'qcow2',
        media: 'disk',
        bus: 'scsi',
      },
    ],
    ['virtio3', 'ceph:vm-1-disk-0,size=104858K', { source: 'volume', format: null, sizeBytes: 107374592 }],
    [
      'sata0',
      'file=local-lvm:vm-1-disk-1,size=3221227008,format=raw',
      { source: 'volume', format: 'raw', sizeBytes: 3221227008 },
    ],
    ['scsi1', 'local:180/base-180-disk-0.qcow2/181/vm-181-disk-0.qcow2,size=256M', { source: 'volume', format: 'qcow2' }],
    ['ide2', 'local:130/vm-130-cloudinit.qcow2,media=cdrom', { source: 'cloudinit', media: 'cdrom', sizeBytes: null }],
    ['ide2', 'local-lvm:vm-100-cloudinit,media=cdrom,size=4M', { source: 'cloudinit', sizeBytes: 4194304 }],
    ['ide2', 'local:iso/debian=13.iso,media=cdrom,size=600M', { source: 'iso', volume: 'iso/debian=13.iso', media: 'cdrom' }],
    ['ide2', 'none,media=cdrom', { source: 'none', media: 'cdrom', storage: null }],
    ['ide2', 'cdrom,media=cdrom', { source: 'physical-cdrom', media: 'cdrom' }],
    ['scsi2', '/dev/disk/by-id/ata-x:1,size=1T', { source: 'path', storage: null, volid: '/dev/disk/by-id/ata-x:1' }],
    ['efidisk0', 'local:1/vm-1-disk-0.qcow2,efitype=4m,size=528K', { source: 'volume', bus: 'efidisk', sizeBytes: 540672 }],
    [
      'rootfs',
      'local:203/vm-203-disk-0.raw,acl=1,size=102M',
      { source: 'volume', bus: 'rootfs', sizeBytes: 106954752, format: 'raw' },
    ],
    [
      'mp1',
      'local:203/subvol-203-disk-1.subvol,mp=/sub,size=0T',
      { source: 'volume', bus: 'mp', mountPoint: '/sub', sizeBytes: 0, format: 'subvol' },
    ],
    ['mp2', '/srv/share,mp=/share', { source: 'path', mountPoint: '/share', sizeBytes: null }],
  ])('%s %s', (key, text, expected) => {
    const drive = parseDrive(key, text);
    expect(drive).toMatchObject(expected);
    expect(formatPropertyString(drive.parts)).toBe(text);
  });

  test('only drive keys are drives', () => {
    expect(['scsi30', 'virtio0', 'sata5', 'ide2', 'efidisk0', 'tpmstate0'].every(key => isDriveKey('qemu', key))).toBe(true);
    expect(['scsihw', 'rootfs', 'net0', 'unused0', 'serial0'].some(key => isDriveKey('qemu', key))).toBe(false);
    expect(['rootfs', 'mp255'].every(key => isDriveKey('lxc', key))).toBe(true);
    expect(splitVolid('none')).toEqual([null, null]);
  });
});

describe('other keys', () => {
  test('ipconfig in any order', () => {
    expect(parseIpConfig(3, 'gw=10.0.0.1,ip=10.0.0.5/24,ip6=auto')).toEqual({
      index: 3,
      ip: '10.0.0.5/24',
      gw: '10.0.0.1',
      ip6: 'auto',
      gw6: null,
    });
  });
  test('startup', () => {
    expect(parseStartup('5')).toEqual(parseStartup('order=5'));
    expect(parseStartup('up=30,order=2')).toEqual({ order: 2, up: 30, down: null });
  });
  test('boot', () => {
    expect(parseBoot('order=scsi0;ide2;net0')).toEqual({ order: ['scsi0', 'ide2', 'net0'], legacy: null });
    expect(parseBoot('cdn')).toEqual({ order: [], legacy: 'cdn' });
    expect(parseBoot(' ')).toEqual({ order: [], legacy: null });
    expect(parseBoot('order=')).toEqual({ order: [], legacy: null });
  });
  test('smbios and meta', () => {
    expect(parseSmbios('base64=1,serial=QUI=,uuid=0B0B0B0B-1111-5222-8333-444455556666')).toEqual({
      uuid: '0b0b0b0b-1111-5222-8333-444455556666',
      base64: true,
      fields: { serial: 'QUI=' },
    });
    expect(parseMeta('creation-qemu=10.0.13,ctime=1795363291')).toEqual({ ctime: 1795363291, creationQemu: '10.0.13' });
    expect(parseMeta('')).toEqual({ ctime: null, creationQemu: null });
  });
});
