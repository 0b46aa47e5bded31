import { settingNames, type SettingName, settings, specOf, variableOf } from '../../../../domain/settings/register';
import { effectiveSettings, effectiveValues, readLayer, type SettingLayers } from '../../../../domain/settings/resolve';
import { problemOf } from '../../../../domain/settings/spec';
import { overwriteFlags } from '../../../../domain/reflection/policy';

const one = (name: SettingName, layers: SettingLayers) => effectiveSettings(layers).find(setting => setting.name === name);

describe('the register of settings', () => {
  test('has every overwrite flag, under the headings of Proxbox and in its order', () => {
    const flags = settingNames.filter(name => (overwriteFlags as readonly string[]).includes(name));
    expect(flags).toEqual(overwriteFlags);
    expect([...new Set(flags.map(name => specOf(name).group))]).toEqual([
      'Device',
      'Virtual machine',
      'Cluster',
      'Node interface',
      'Storage',
      'VM interface',
      'IP address',
    ]);
  });

  test.each(settingNames)('describes %s, with a default that it allows itself', name => {
    const spec = specOf(name);
    expect(spec.description).toMatch(/^[A-Z].*\.$/);
    expect(problemOf(spec, spec.default)).toBeUndefined();
  });

  test('names the variables as Proxbox does', () => {
    expect(variableOf('proxbox_fetch_max_concurrency')).toBe('PROXBOX_FETCH_MAX_CONCURRENCY');
    expect(variableOf('netbox_timeout')).toBe('PROXBOX_NETBOX_TIMEOUT');
    expect(variableOf('netbox_to_proxmox_enabled')).toBeUndefined();
  });

  test.each([
    ['sync_templates', 'yes', 'Give true or false.'],
    ['netbox_timeout', 0, 'Give a whole number of seconds from 1 to 3600.'],
    ['netbox_timeout', 1.5, 'Give a whole number of seconds from 1 to 3600.'],
    ['netbox_timeout', '60', 'Give a whole number of seconds from 1 to 3600.'],
    ['primary_ip_preference', 'ipx', 'Give one of ipv4, ipv6.'],
    ['interface_exclude_names', 'lo', 'Give a list of at most 200 words of 1 to 64 characters each.'],
    ['interface_exclude_names', ['lo', ''], 'Give a list of at most 200 words of 1 to 64 characters each.'],
    ['interface_exclude_names', ['a\nb'], 'Give a list of at most 200 words of 1 to 64 characters each.'],
    ['netbox_to_proxmox_typed_confirmation', 'x'.repeat(65), 'Give a text of at most 64 characters.'],
  ] as const)('refuses for %s the value %j', (name, value, problem) => {
    expect(problemOf(specOf(name), value)).toBe(problem);
  });
});

describe('what a setting is', () => {
  test('is decided by the environment, then the endpoint, then the installation, then the default', () => {
    const environment = { overwrite_vm_tags: true };
    const endpoint = { overwrite_vm_tags: false };
    const global = { overwrite_vm_tags: true };

    expect(one('overwrite_vm_tags', { environment, endpoint, global })).toEqual({
      name: 'overwrite_vm_tags',
      value: true,
      origin: 'environment',
      layers: { environment: true, endpoint: false, global: true },
    });
    expect(one('overwrite_vm_tags', { environment: {}, endpoint, global })).toMatchObject({ value: false, origin: 'endpoint' });
    expect(one('overwrite_vm_tags', { environment: {}, endpoint: {}, global: { overwrite_vm_tags: false } })).toMatchObject({
      value: false,
      origin: 'global',
    });
    expect(one('overwrite_vm_tags', { environment: {}, global: {} })).toEqual({
      name: 'overwrite_vm_tags',
      value: true,
      origin: 'default',
      layers: { environment: null, endpoint: null, global: null },
    });
  });

  test('can be nothing at all: false, zero and an empty list decide, too', () => {
    const global = { interface_exclude_prefixes: [], plan_change_limit_percent: 0, sync_templates: false };
    expect(effectiveValues({ environment: {}, global })).toMatchObject(global);
    for (const name of Object.keys(global)) {
      expect(one(name as SettingName, { environment: {}, global })?.origin).toBe('global');
    }
  });

  test('is its default for whatever nobody decides', () => {
    const values = effectiveValues({ environment: {}, global: {}, endpoint: {} });
    expect(values).toEqual(Object.fromEntries(settingNames.map(name => [name, settings[name].default])));
  });
});

describe('what is stored of a layer', () => {
  test('counts without names and values that are not allowed there', () => {
    const stored = {
      netbox_timeout: 60,
      sync_templates: 'yes',
      plan_change_limit_percent: 101,
      of_a_newer_release: true,
      constructor: true,
      overwrite_ip_tags: null,
      netbox_to_proxmox_enabled: true,
      primary_ip_preference: 'ipv6',
    };
    expect(readLayer('global', stored)).toEqual({
      netbox_timeout: 60,
      netbox_to_proxmox_enabled: true,
      primary_ip_preference: 'ipv6',
    });
    expect(readLayer('endpoint', stored)).toEqual({ primary_ip_preference: 'ipv6' });
    expect(readLayer('environment', stored)).toEqual({ netbox_timeout: 60, primary_ip_preference: 'ipv6' });
  });
});
