import { parseGuestConfig } from '../../../../domain/proxmox/guest-config';

describe('a QEMU configuration', () => {
  const config = parseGuestConfig('qemu', {
    name: 'db-01.example.test',
    description: 'Zeile 1\nZeile 2',
    tags: 'alpha;db;web',
    memory: '1024',
    cores: '2',
    sockets: 1,
    vcpus: 1,
    cpulimit: '1.5',
    onboot: 1,
    protection: '1',
    agent: 'enabled=1,fstrim_cloned_disks=1',
    net10: 'virtio=BC:24:11:00:00:0A,bridge=vmbr1',
    net2: 'virtio=BC:24:11:00:00:02,bridge=vmbr0,tag=20',
    scsi0: 'local:130/vm-130-disk-0.qcow2,size=32M',
    ide2: 'local:130/vm-130-cloudinit.qcow2,media=cdrom',
    unused0: 'local:130/vm-130-disk-9.raw',
    scsihw: 'virtio-scsi-single',
    ipconfig2: 'ip=10.0.0.5/24,gw=10.0.0.1',
    nameserver: '10.0.0.2 10.0.0.3',
    searchdomain: 'example.test',
    ciuser: 'admin',
    cipassword: '**********',
    sshkeys: 'ssh-ed25519%20AAAA%20a%2Bb%0Assh-rsa%20BBBB%0A',
    smbios1: 'uuid=0B0B0B0B-1111-5222-8333-444455556666',
    vmgenid: 'f2d54d11-599b-4cb8-af17-2c35c9fb80ad',
    meta: 'creation-qemu=10.0.13,ctime=1795363291',
    startup: 'order=2,up=30',
    parent: 'before',
    lock: 'backup',
    digest: 'e4dde458da68c12ec44ad88925a63d45445cae39',
    'some-future-key': { nested: true },
  });

  test('is read', () => {
    expect(config).toMatchObject({
      name: 'db-01.example.test',
      tags: ['alpha', 'db', 'web'],
      memoryMib: 1024,
      cores: 2,
      sockets: 1,
      vcpus: 1,
      cpuLimit: 1.5,
      onboot: true,
      protection: true,
      template: false,
      agent: { enabled: true, fstrimClonedDisks: true },
      nameservers: ['10.0.0.2', '10.0.0.3'],
      searchDomain: 'example.test',
      unusedVolumes: ['local:130/vm-130-disk-9.raw'],
      smbiosUuid: '0b0b0b0b-1111-5222-8333-444455556666',
      vmgenid: 'f2d54d11-599b-4cb8-af17-2c35c9fb80ad',
      metaCtime: 1795363291,
      startup: { order: 2, up: 30, down: null },
      parentSnapshot: 'before',
      lock: 'backup',
      configDigest: 'e4dde458da68c12ec44ad88925a63d45445cae39',
      unprivileged: null,
      swapMib: null,
      rootfsVolume: null,
    });
    expect(config.nics.map(nic => nic.key)).toEqual(['net2', 'net10']);
    expect(config.disks.map(disk => disk.key)).toEqual(['ide2', 'scsi0']);
    expect(config.cloudInit).toEqual({
      user: 'admin',
      hasPassword: true,
      sshKeys: ['ssh-ed25519 AAAA a+b', 'ssh-rsa BBBB'],
      type: null,
      upgrade: null,
      custom: null,
      ipConfigs: [{ index: 2, ip: '10.0.0.5/24', gw: '10.0.0.1', ip6: null, gw6: null }],
    });
  });

  test('keeps no password', () => expect(JSON.stringify(config)).not.toContain('*****'));
});

test('an empty QEMU configuration has the defaults of Proxmox', () => {
  expect(parseGuestConfig('qemu', { boot: ' ', tags: ' ', memory: 'current=4096' })).toMatchObject({
    name: null,
    tags: [],
    cores: 1,
    sockets: 1,
    vcpus: null,
    memoryMib: 4096,
    agent: { enabled: false },
    configDigest: null,
    nics: [],
    disks: [],
  });
  expect(parseGuestConfig('qemu', {}).memoryMib).toBe(512);
});

test('a container', () => {
  expect(
    parseGuestConfig('lxc', {
      hostname: 'db-ct.example.test',
      name: 'not this',
      memory: 128,
      swap: 64,
      unprivileged: 1,
      rootfs: 'local:203/vm-203-disk-0.raw,acl=1,size=102M',
      mp0: 'other:203/vm-203-disk-0.raw,mp=/data,backup=1,size=256M',
      net0: 'name=eth0,bridge=vmbr0,hwaddr=bc:24:11:00:0a:0b,ip=dhcp,type=veth',
    }),
  ).toMatchObject({
    kind: 'lxc',
    name: 'db-ct.example.test',
    cores: null,
    memoryMib: 128,
    swapMib: 64,
    unprivileged: true,
    rootfsVolume: 'local:203/vm-203-disk-0.raw',
    disks: [{ key: 'mp0', mountPoint: '/data' }, { key: 'rootfs' }],
    nics: [{ key: 'net0', name: 'eth0', ip: 'dhcp' }],
  });
});
