import { createNetworkGuard } from '../../../config/network-guard';

const usual = createNetworkGuard([]);

describe('addresses that people enter', () => {
  it.each([
    ['a public one', '203.0.113.7'],
    ['private ones, where Proxmox lives', '10.1.2.3'],
    ['of 172.16', '172.16.0.9'],
    ['of 192.168', '192.168.1.10'],
    ['of a carrier', '100.64.0.1'],
    ['a public IPv6 one', '2a01:4f8::1'],
    ['a unique local IPv6 one', 'fd12:3456::1'],
  ])('may be %s', (_what, address) => {
    expect(usual.refusalOf(address)).toBeUndefined();
  });

  it.each([
    ['this host', '127.0.0.1'],
    ['another name of it', '127.9.8.7'],
    ['this host by IPv6', '::1'],
    ['no host at all', '0.0.0.0'],
    ['no host by IPv6', '::'],
    ['link-local, with the metadata service', '169.254.169.254'],
    ['link-local by IPv6', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['multicast', '224.0.0.1'],
    ['multicast by IPv6', 'ff02::1'],
    ['the broadcast address', '255.255.255.255'],
    ['the metadata service of Alibaba', '100.100.100.200'],
    ['the agent service of Azure', '168.63.129.16'],
    ['the metadata service of AWS by IPv6', 'fd00:ec2::254'],
    ['this host inside IPv6', '::ffff:127.0.0.1'],
    ['metadata inside IPv6', '::ffff:a9fe:a9fe'],
    ['metadata behind NAT64', '64:ff9b::a9fe:a9fe'],
    ['this host behind 6to4', '2002:7f00:1::'],
    ['this host in the old compatible form', '::127.0.0.1'],
    ['no address', 'pve.example.com'],
  ])('may not be %s', (_what, address) => {
    expect(usual.refusalOf(address)).toEqual(expect.any(String));
  });

  it('are refused as the host of a URL in whatever form it has', () => {
    for (const url of ['https://127.1', 'https://2130706433', 'https://0x7f.0.0.1', 'https://[::1]:8006', 'https://localhost']) {
      expect([url, usual.refusalOfHost(new URL(url).hostname)]).toEqual([url, expect.stringMatching(/not contacted/)]);
    }
    expect(usual.refusalOfHost('sub.LOCALHOST.')).toEqual(expect.any(String));
    expect(usual.refusalOfHost('pve.example.com')).toBeUndefined();
  });

  it('may be of a network that was allowed, and of no other', () => {
    const guard = createNetworkGuard(['127.0.0.0/8', '169.254.7.7', 'fe80::/64']);
    expect(guard.refusalOf('127.0.0.1')).toBeUndefined();
    expect(guard.refusalOf('::ffff:127.0.0.1')).toBeUndefined();
    expect(guard.refusalOf('169.254.7.7')).toBeUndefined();
    expect(guard.refusalOf('fe80::5')).toBeUndefined();
    expect(guard.refusalOf('169.254.7.8')).toEqual(expect.any(String));
    expect(guard.refusalOf('::1')).toEqual(expect.any(String));
    expect(guard.refusalOfHost('localhost')).toBeUndefined();
  });
});
