import { parseAgent } from '../../../../domain/proxmox/agent';
import { parseFlag } from '../../../../domain/proxmox/flag';
import { hasPrivilege } from '../../../../domain/proxmox/permissions';
import { formatTags, isTag, parseTags, sameTags } from '../../../../domain/proxmox/tags';
import { parseUpid } from '../../../../domain/proxmox/upid';

describe('tags', () => {
  test('any separator, empty parts and repeats are understood', () => {
    expect(parseTags(' b;a,c  a;;')).toEqual(['b', 'a', 'c']);
    expect(parseTags(' ')).toEqual([]);
    expect(parseTags(undefined)).toEqual([]);
    expect(formatTags(['b', 'a'])).toBe('b;a');
  });

  test('are compared as a set', () => {
    expect(sameTags(['a', 'b'], ['b', 'a', 'a'])).toBe(true);
    expect(sameTags(['a'], ['a', 'b'])).toBe(false);
    expect(sameTags(['a', 'b'], ['a'])).toBe(false);
  });

  test('follow the grammar', () => {
    expect(['nb-managed', 'Prod', '_x', 'a+b.c', '1'].every(isTag)).toBe(true);
    expect(['', '-a', 'a b', 'a:b', 'ä', 'a/b'].some(isTag)).toBe(false);
  });
});

describe('task ids', () => {
  test('of a token', () => {
    expect(parseUpid('UPID:pve1:00001935:00071CE6:6B031BD9:qmshutdown:142:root@pam!full:')).toEqual({
      node: 'pve1',
      pid: 6453,
      pstart: 466150,
      startTime: 1795365849,
      type: 'qmshutdown',
      id: '142',
      user: 'root@pam!full',
    });
  });

  test('may have no object, and nine digits of process start', () => {
    expect(parseUpid('UPID:pve-2:0000ABCD:123456789:6B031BD9:startall::root@pam:')).toMatchObject({ node: 'pve-2', id: '' });
  });

  test.each(['', 'OK', 'UPID:pve1:1:2:3:x:y:z:', 'UPID:a/b:00001935:00071CE6:6B031BD9:qmstart:1:root@pam:'])('%j is none', text =>
    expect(parseUpid(text)).toBeNull(),
  );
});

describe('the agent setting', () => {
  test.each(['1', 'true', 'yes', 'on', 'enabled=1', '1,fstrim_cloned_disks=1', 'type=virtio,enabled=1', 'enabled=on,type=isa'])(
    '%s is on',
    text => expect(parseAgent(text).enabled).toBe(true),
  );
  test.each(['0', '0,fstrim_cloned_disks=1', 'enabled=0', 'no', '', ' ', 'type=isa', undefined, null])('%j is off', text =>
    expect(parseAgent(text).enabled).toBe(false),
  );
  test('the other parts', () => {
    expect(parseAgent('1,fstrim_cloned_disks=yes,freeze-fs=0,type=isa')).toEqual({
      enabled: true,
      fstrimClonedDisks: true,
      freezeFs: false,
      type: 'isa',
    });
    expect(parseAgent('1')).toEqual({ enabled: true, fstrimClonedDisks: false, freezeFs: true, type: 'virtio' });
    expect(parseFlag('TRUE')).toBe(true);
  });
});

describe('privileges', () => {
  const permissions = {
    '/': { 'Sys.Audit': true, 'Sys.Modify': false },
    '/vms': { 'VM.Audit': true, 'VM.Console': false },
    '/vms/130': { 'VM.Config.Disk': false },
  };
  test.each([
    ['/', 'Sys.Audit', true],
    ['/', 'Sys.Modify', true],
    ['/nodes/pve1', 'Sys.Audit', true],
    ['/nodes/pve1', 'Sys.Modify', false],
    ['/vms/100', 'VM.Audit', true],
    ['/vms/100', 'VM.Console', false],
    ['/vms/130', 'VM.Config.Disk', true],
    ['/vms/130', 'VM.Audit', false],
    ['/vms/100', 'Sys.Audit', false],
  ])('%s %s', (path, privilege, held) => expect(hasPrivilege(permissions, path, privilege)).toBe(held));
  test('nobody has none', () => expect(hasPrivilege({}, '/vms/1', 'VM.Audit')).toBe(false));
});
