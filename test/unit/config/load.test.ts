import { inspect } from 'node:util';
import { ConfigError } from '../../../config/errors';
import { loadConfig } from '../../../config/load';
import { overwriteFlags } from '../../../domain/reflection/policy';

const HOME = { HOME: '/home/me' };

describe('the configuration', () => {
  test('has a default for everything', () => {
    const config = loadConfig(HOME);

    expect(config).toMatchObject({
      production: false,
      stateDir: '/home/me/.local/state/proxbox-temporal',
      cacheDir: '/home/me/.cache/proxbox-temporal',
      logLevel: 'info',
      database: { url: undefined },
      temporal: { addressGiven: false, embeddedWanted: false, cliPath: undefined, testServerPath: undefined },
      netbox: { url: undefined, token: undefined, caFile: undefined, verifySsl: true },
      api: {
        host: '127.0.0.1',
        port: 8800,
        key: undefined,
        administrator: { username: 'admin', password: undefined },
        trustedProxies: [],
      },
      encryptionKey: undefined,
      auditKey: undefined,
      settings: {},
    });
  });

  test('follows the XDG folders, and its own variables before them', () => {
    const xdg = { ...HOME, XDG_STATE_HOME: '/xdg/state', XDG_CACHE_HOME: '/xdg/cache' };
    expect(loadConfig(xdg)).toMatchObject({ stateDir: '/xdg/state/proxbox-temporal', cacheDir: '/xdg/cache/proxbox-temporal' });

    const own = { ...xdg, PROXBOX_STATE_DIR: '/own/state', PROXBOX_CACHE_DIR: '/own/cache' };
    expect(loadConfig(own)).toMatchObject({ stateDir: '/own/state', cacheDir: '/own/cache' });
  });

  test('reads words for true and false in any case, and lists with spaces', () => {
    const { settings, netbox } = loadConfig({
      ...HOME,
      NETBOX_VERIFY_SSL: 'No',
      PROXBOX_SYNC_TEMPLATES: '0',
      PROXBOX_REFLECT_GUEST_INTERFACES: 'YES',
      PROXBOX_INTERFACE_EXCLUDE_NAMES: ' tailscale0, wg0 ,',
      PROXBOX_INTERFACE_EXCLUDE_PREFIXES: 'none',
    });

    expect(netbox.verifySsl).toBe(false);
    expect(settings).toEqual({
      sync_templates: false,
      reflect_guest_interfaces: true,
      interface_exclude_names: ['tailscale0', 'wg0'],
      interface_exclude_prefixes: [],
    });
  });

  test('takes a variable without a value as not set', () => {
    expect(loadConfig({ ...HOME, DATABASE_URL: '', PROXBOX_API_PORT: ' ', TEMPORAL_ADDRESS: '' })).toMatchObject({
      database: { url: undefined },
      api: { port: 8800 },
      temporal: { addressGiven: false },
    });
  });

  test.each(overwriteFlags)('lets %s be switched off by itself', name => {
    expect(loadConfig({ ...HOME, [`PROXBOX_${name.toUpperCase()}`]: 'false' }).settings).toEqual({ [name]: false });
  });

  test('reads the numbers and words of settings by the names that Proxbox gave their variables', () => {
    const { settings } = loadConfig({
      ...HOME,
      PROXBOX_NETBOX_TIMEOUT: '60',
      PROXBOX_FETCH_MAX_CONCURRENCY: '2',
      PROXBOX_PRIMARY_IP_PREFERENCE: 'IPv6',
      PROXBOX_NETBOX_TO_PROXMOX_ENABLED: 'true',
    });
    expect(settings).toEqual({ netbox_timeout: 60, proxbox_fetch_max_concurrency: 2, primary_ip_preference: 'ipv6' });
  });

  test('lists every variable that cannot be used, and what to give instead', () => {
    const load = () =>
      loadConfig({
        PROXBOX_API_PORT: '70000',
        PROXBOX_API_KEY: 'short',
        PROXBOX_ADMIN_USER: 'the boss',
        PROXBOX_ADMIN_PASSWORD: 'elevenchars',
        PROXBOX_TRUSTED_PROXIES: '10.0.0.0/8, 10.0.0.0/33',
        NETBOX_URL: 'netbox.example.com',
        DATABASE_URL: 'mysql://db/x',
        PROXBOX_PRIMARY_IP_PREFERENCE: 'ipx',
        PROXBOX_BULK_BATCH_SIZE: '1e3',
        PROXBOX_OVERWRITE_VM_TAGS: 'maybe',
      });

    expect(load).toThrow(ConfigError);
    try {
      load();
    } catch (error) {
      expect((error as ConfigError).problems).toEqual([
        { variable: 'DATABASE_URL', problem: 'give a URL such as postgresql://user:password@host:5432/proxbox' },
        { variable: 'NETBOX_URL', problem: 'give a URL such as https://netbox.example.com' },
        { variable: 'PROXBOX_API_KEY', problem: 'give at least 16 characters' },
        { variable: 'PROXBOX_API_PORT', problem: 'give a port from 0 to 65535' },
        { variable: 'PROXBOX_ADMIN_USER', problem: 'give 1 to 150 letters, digits and @ . + - _' },
        { variable: 'PROXBOX_ADMIN_PASSWORD', problem: 'give at least 12 characters' },
        {
          variable: 'PROXBOX_TRUSTED_PROXIES',
          problem: 'give addresses such as 10.0.0.5 or networks such as 10.0.0.0/8, separated by commas',
        },
        { variable: 'PROXBOX_BULK_BATCH_SIZE', problem: 'give a whole number of objects from 1 to 1000' },
        { variable: 'PROXBOX_PRIMARY_IP_PREFERENCE', problem: 'give one of ipv4, ipv6' },
        { variable: 'PROXBOX_OVERWRITE_VM_TAGS', problem: 'give true or false' },
      ]);
    }
  });

  test('never shows a secret: not when it is printed, not as JSON, not in an error about it', () => {
    const secrets = {
      NETBOX_TOKEN: 'nbt-hunter2',
      PROXBOX_API_KEY: 'api-hunter2-hunter2',
      PROXBOX_ADMIN_PASSWORD: 'admin-hunter2',
      PROXBOX_ENCRYPTION_KEY: 'enc-hunter2',
      PROXBOX_AUDIT_KEY: 'aud-hunter2',
      DATABASE_URL: 'postgresql://me:hunter2@db/x',
      TEMPORAL_API_KEY: 'tmp-hunter2',
    };
    const config = loadConfig({ ...HOME, ...secrets });
    const shown = [
      inspect(config, { depth: null, showHidden: true }),
      JSON.stringify(config),
      String(config.netbox.token),
    ].join();
    expect(shown).not.toContain('hunter2');

    expect(() => loadConfig({ DATABASE_URL: 'nonsense-hunter2', PROXBOX_API_KEY: 'hunter2' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') as string }),
    );
  });

  test('gives its secrets to who asks, and makes a key of 32 bytes from any text', () => {
    const config = loadConfig({ ...HOME, NETBOX_TOKEN: 'abc', PROXBOX_ENCRYPTION_KEY: 'correct horse' });

    expect(config.netbox.token?.reveal()).toBe('abc');
    expect(config.encryptionKey?.reveal()).toHaveLength(32);
    expect(loadConfig({ PROXBOX_AUDIT_KEY: 'correct horse' }).auditKey?.reveal()).toHaveLength(32);
    expect(config.encryptionKey?.reveal()).toEqual(
      loadConfig({ PROXBOX_ENCRYPTION_KEY: 'correct horse' }).encryptionKey?.reveal(),
    );
  });

  test('cannot be changed', () => {
    const config = loadConfig({ ...HOME, PROXBOX_INTERFACE_EXCLUDE_NAMES: 'wg0' });

    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.settings)).toBe(true);
    expect(Object.isFrozen(config.settings.interface_exclude_names)).toBe(true);
  });
});
