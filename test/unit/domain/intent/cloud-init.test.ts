import { encodeKeys, sameKeys, wrongKey } from '../../../../domain/intent/cloud-init/keys';
import { ipConfigProblem, readNetwork } from '../../../../domain/intent/cloud-init/network';
import { hasPlainPassword, readUserDataField, snippetVolume } from '../../../../domain/intent/cloud-init/user-data';
import { options } from './support/changes';

const { parseUserData, sha256 } = options();

test.each([
  ['local:snippets/web.yaml', { is: 'volumes', volumes: { user: 'local:snippets/web.yaml' } }],
  [
    'user=local:snippets/a.yaml,network=nfs:snippets/b.yaml',
    { is: 'volumes', volumes: { user: 'local:snippets/a.yaml', network: 'nfs:snippets/b.yaml' } },
  ],
  ['user=#cloud-config', { is: 'wrong', message: expect.any(String) }],
  ['user=local:iso/a.yaml', { is: 'wrong', message: expect.any(String) }],
  ['#cloud-config\nuser: x', { is: 'document', text: '#cloud-config\nuser: x' }],
])('user data %j are read', (text, expected) => {
  expect(readUserDataField(text)).toEqual(expected);
});

test('another document is another file', () => {
  expect(snippetVolume('nfs', 100, 'a', sha256)).toMatch(/^nfs:snippets\/proxbox-100-[0-9a-f]{16}\.yaml$/);
  expect(snippetVolume('nfs', 100, 'a', sha256)).not.toBe(snippetVolume('nfs', 100, 'b', sha256));
});

test.each([
  ['password: secret', true],
  ['users:\n  - name: x\n    plain_text_passwd: secret', true],
  ['PASSWORD: secret', true],
  ['chpasswd:\n  list: |\n    root:secret', true],
  ['users:\n  - passwd: $6$rounds$abc', false],
  ['# password: is not here', false],
  ['chpasswd: { expire: false }', false],
  ['chpasswd: {users: [{name: ops, password: hunter2}]}', true],
  ['{"users": [{"name": "ops", "passwd": "$6$salt$hash"}]}', false],
  ['# users: [{name: ops, password: hunter2}]', false],
  ['ssh_pwauth: true', false],
])('a password in plain text is seen: %j', (text, expected) => {
  expect(hasPlainPassword(text)).toBe(expected);
});

test.each([
  ['{"ip":"dhcp"}', { ipConfigs: { ipconfig0: 'ip=dhcp' }, nameservers: null, searchDomain: null }],
  [
    'ip: 10.0.0.5/24\ngw: 10.0.0.1\nip6: auto',
    { ipConfigs: { ipconfig0: 'ip=10.0.0.5/24,gw=10.0.0.1,ip6=auto' }, nameservers: null, searchDomain: null },
  ],
  [
    '{"ipconfig0":"ip=dhcp","ip":"10.0.0.1/8","ipconfig1":"ip6=auto"}',
    { ipConfigs: { ipconfig0: 'ip=dhcp', ipconfig1: 'ip6=auto' }, nameservers: null, searchDomain: null },
  ],
  [
    '{"dns_servers":["1.1.1.1","2606:4700::1111"],"search_domain":"example.org."}',
    { ipConfigs: {}, nameservers: ['1.1.1.1', '2606:4700::1111'], searchDomain: 'example.org' },
  ],
])('the network %j is read', (text, network) => {
  expect(readNetwork(text, parseUserData)).toEqual({ network });
});

test.each([
  '{}',
  '[]',
  'text',
  '{"ip":"10.0.0.5"}',
  '{"ip":"dhcp","dns_servers":["one"]}',
  '{"ipconfig0":5}',
  '{"ip": "10.0.0.5/24", "gw": "fe80::1"}',
  '{bad',
])('the network %j cannot be used', text => {
  expect(readNetwork(text, parseUserData)).toEqual({ problem: expect.any(String) });
});

test('properties of an address are checked before Proxmox stores half of them', () => {
  expect(ipConfigProblem('ip=manual,ip6=dhcp')).toBeNull();
  expect(ipConfigProblem('ip=dhcp,ip=dhcp')).not.toBeNull();
  expect(ipConfigProblem('mtu=1')).not.toBeNull();
});

test('keys are compared decoded, in any order', () => {
  const [a, b] = ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8x me@host', 'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY= you'];
  expect(encodeKeys([a, b])).toBe(`${encodeURIComponent(a)}%0A${encodeURIComponent(b)}`);
  expect(sameKeys([a, b], [`${b} `, a])).toBe(true);
  expect(wrongKey([a, b, 'from="10.0.0.0/8" ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ== x'])).toBeUndefined();
  expect(wrongKey([a, 'rm -rf'])).toBe('rm -rf');
});
