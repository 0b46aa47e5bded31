import fc from 'fast-check';
import { hostOf, isLinkLocalV6, isLoopback, normalizeCidr } from '../../../../domain/reflection/addresses';

test.each([
  ['192.168.1.10', 24, '192.168.1.10/24'],
  ['192.168.1.10/24', undefined, '192.168.1.10/24'],
  ['192.168.1.10', undefined, '192.168.1.10/32'],
  ['192.168.1.10', '24', '192.168.1.10/24'],
  ['2001:DB8:0:0:0:0:0:1', 64, '2001:db8::1/64'],
  ['2001:db8:0:1:0:0:0:1', 64, '2001:db8:0:1::1/64'],
  ['2001:db8:0:0:1:0:0:1', 64, '2001:db8::1:0:0:1/64'],
  ['2001:db8:0:1:1:1:1:1', 64, '2001:db8:0:1:1:1:1:1/64'],
  ['0:0:0:0:0:0:0:0', 0, '::/0'],
  ['fe80::1%eth0', 64, 'fe80::1/64'],
  ['::ffff:10.0.0.1', undefined, '::ffff:a00:1/128'],
])('%s with prefix %s is %s', (address, prefix, expected) => {
  expect(normalizeCidr(address, prefix)).toBe(expected);
});

test.each([
  '',
  'dhcp',
  'auto',
  '10.0.0',
  '10.0.0.256',
  '10.0.0.1/33',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  'g::1',
  '::1/129',
  '10.0.0.1/-1',
])('"%s" is no address', text => {
  expect(normalizeCidr(text, undefined)).toBeUndefined();
});

test('hosts, loopbacks and link-local addresses are told apart', () => {
  expect(hostOf('2001:DB8::1/64')).toBe('2001:db8::1');
  expect(['127.0.0.1/8', '::1/128', '127.9.9.9/32'].map(isLoopback)).toEqual([true, true, true]);
  expect(['10.0.0.1/8', '::2/128'].map(isLoopback)).toEqual([false, false]);
  expect(['fe80::1/64', 'FEBF::1/64', 'fec0::1/64', '2001:db8::fe80/64'].map(isLinkLocalV6)).toEqual([true, true, false, false]);
});

test('every spelling of an IPv6 address is one, and spelling it again changes nothing', () => {
  const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), groups => {
      const long = groups.map(value => value.toString(16).padStart(4, '0').toUpperCase()).join(':');
      const plain = groups.map(value => value.toString(16)).join(':');
      const short = normalizeCidr(long, 64);
      expect(short).toBeDefined();
      expect(normalizeCidr(plain, 64)).toBe(short);
      expect(normalizeCidr(short!, undefined)).toBe(short);
      expect(new URL(`http://[${hostOf(short!)}]/`).hostname).toBe(`[${hostOf(short!)}]`);
    }),
  );
});
