import { formatPropertyString, parsePropertyString } from '../../../proxmox/property-string';
import type { GuestConfig } from '../../../proxmox/guest-config';
import { encodeKeys, keysIn, sameKeys, wrongKey } from '../../cloud-init/keys';
import { readNetwork, type CloudInitNetwork } from '../../cloud-init/network';
import { formatCustom, problemOfUserData, readCustom, readUserDataField, snippetVolume } from '../../cloud-init/user-data';
import { newValues, type VmFields } from '../../changes/fields';
import { mergeEdits, refuse, remark, type Edit, type FieldDifference } from '../edit';
import type { LiveGuest } from '../live';
import type { PlanOptions } from '../options';
import type { VmRule } from '../vm-rule';

type CloudInitFields = Pick<VmFields, 'cloud_init_user' | 'cloud_init_ssh_keys' | 'cloud_init_user_data' | 'cloud_init_network'>;

/** What cloud-init's fields mean for a virtual machine, compared decoded. Containers have none. */
export const cloudInitRule: VmRule = {
  fields: ['cloud_init_user', 'cloud_init_ssh_keys', 'cloud_init_user_data', 'cloud_init_network'],
  differences(values, { kind, vmid, config }, options) {
    const found: FieldDifference[] = [];
    const differs = (field: keyof CloudInitFields, from: string | null, to: string | null) => found.push({ field, from, to });
    const { cloud_init_user: user, cloud_init_ssh_keys: keys, cloud_init_user_data: data, cloud_init_network: network } = values;
    const { cloudInit } = config;
    if (kind === 'lxc')
      return (data ?? null) === null && (user ?? null) === null
        ? []
        : [{ field: 'cloud_init_user', from: null, to: user ?? null }];
    if (user !== undefined && (user ?? '') !== (cloudInit.user ?? '')) differs('cloud_init_user', cloudInit.user, user);
    if (keys !== undefined && !sameKeys(keysIn(keys ?? ''), cloudInit.sshKeys)) {
      differs('cloud_init_ssh_keys', cloudInit.sshKeys.join('\n') || null, keysIn(keys ?? '').join('\n') || null);
    }
    if (data !== undefined) {
      const wanted = customOf(data, vmid, cloudInit.custom, options);
      const custom = cloudInit.custom ?? '';
      if (typeof wanted !== 'string' || !sameCustom(wanted, custom)) {
        differs(
          'cloud_init_user_data',
          cloudInit.custom,
          typeof wanted === 'string' ? wanted || null : 'a document that cannot be used',
        );
      }
    }
    if (typeof network === 'string' && !networkIsLive(network, config, options)) {
      differs('cloud_init_network', liveNetwork(config), network);
    }
    return found;
  },
  edit(changed, live, options) {
    if (live.kind === 'lxc') return remark('cloud_init_user', 'A container has no cloud-init: these fields change nothing.');
    const edit = cloudInitEdit(newValues(changed), live.vmid, live.config.cloudInit.custom, options);
    return mergeEdits([edit, Object.keys(edit.set ?? {}).length > 0 ? missingDrive(live, options) : {}]);
  },
};

/**
 * The configuration keys for cloud-init fields; a field that is not given changes nothing, an empty one deletes its key.
 * @param custom the `cicustom` that the guest, or its template, has.
 */
export function cloudInitEdit(values: Partial<CloudInitFields>, vmid: number, custom: string | null, options: PlanOptions): Edit {
  const { cloud_init_user: user, cloud_init_ssh_keys: keys, cloud_init_user_data: data, cloud_init_network: network } = values;
  return mergeEdits([
    user === undefined ? {} : keyOr('ciuser', user),
    keys === undefined ? {} : keysEdit(keysIn(keys ?? '')),
    data === undefined ? {} : dataEdit(data, vmid, custom, options),
    network === undefined || network === null ? {} : networkEdit(network, options),
  ]);
}

const keyOr = (key: string, value: string | null): Edit => (value ? { set: { [key]: value } } : { remove: [key] });

function keysEdit(keys: readonly string[]): Edit {
  const wrong = wrongKey(keys);
  if (wrong !== undefined) {
    return refuse(
      'cloud_init_invalid',
      'cloud_init_ssh_keys',
      `"${wrong.slice(0, 40)}" is no public SSH key. Write one key a line.`,
    );
  }
  return keyOr('sshkeys', keys.length === 0 ? null : encodeKeys(keys));
}

function dataEdit(data: string | null, vmid: number, live: string | null, options: PlanOptions): Edit {
  const custom = customOf(data, vmid, live, options);
  return typeof custom === 'string' ? keyOr('cicustom', custom === '' ? null : custom) : custom;
}

/** The `cicustom` value that user data mean, or why there is none. What the guest has beside its user data stays, unless the field names it. */
function customOf(
  data: string | null,
  vmid: number,
  live: string | null,
  { snippets, sha256, parseUserData }: PlanOptions,
): string | Edit {
  const { user: _user, ...others } = readCustom(live ?? '') ?? {};
  if (data === null || data.trim() === '') return formatCustom(others);
  const read = readUserDataField(data);
  if (read.is === 'volumes') return formatCustom({ ...others, ...read.volumes });
  if (read.is === 'wrong') return refuse('cloud_init_invalid', 'cloud_init_user_data', read.message);
  const problem = problemOfUserData(read.text, parseUserData);
  if (problem !== null) return refuse('cloud_init_invalid', 'cloud_init_user_data', `The user data cannot be used: ${problem}.`);
  if (snippets?.problem === null)
    return formatCustom({ ...others, user: snippetVolume(snippets.storage, vmid, read.text, sha256) });
  const reason =
    snippets === null
      ? 'this endpoint has no configured way to write one (settings intent_snippets_storage and intent_snippets_directory)'
      : `none can be written to ${snippets.storage}. ${snippets.problem} See to the folder of intent_snippets_directory`;
  const message = `Proxmox takes user data only as a file of a snippets storage, and ${reason}. Or put the file there yourself, and write its volume id into this field: local:snippets/web.yaml.`;
  return refuse('snippets_not_writable', 'cloud_init_user_data', message);
}

function sameCustom(a: string, b: string): boolean {
  const [left, right] = [readCustom(a), readCustom(b)];
  return a === b || (left !== null && right !== null && formatCustom(left) === formatCustom(right));
}

function networkEdit(text: string, options: PlanOptions): Edit {
  const reading = readNetwork(text, options.parseUserData);
  if ('problem' in reading) {
    return refuse('cloud_init_invalid', 'cloud_init_network', `The network of cloud-init cannot be used: ${reading.problem}.`);
  }
  return { set: networkKeys(reading.network) };
}

export function networkKeys({ ipConfigs, nameservers, searchDomain }: CloudInitNetwork): Record<string, string> {
  return {
    ...ipConfigs,
    ...(nameservers !== null && { nameserver: nameservers.join(' ') }),
    ...(searchDomain !== null && { searchdomain: searchDomain }),
  };
}

function networkIsLive(text: string, config: GuestConfig, options: PlanOptions): boolean {
  const reading = readNetwork(text, options.parseUserData);
  if ('problem' in reading) return false;
  const { ipConfigs, nameservers, searchDomain } = reading.network;
  return (
    Object.entries(ipConfigs).every(([key, value]) => sameProperties(value, config.raw[key] ?? '')) &&
    (nameservers === null || nameservers.join(' ') === config.nameservers.join(' ')) &&
    (searchDomain === null || searchDomain === config.searchDomain)
  );
}

/** Property strings with the same properties in any order. */
const sameProperties = (a: string, b: string): boolean => inOrder(a) === inOrder(b);
const inOrder = (text: string): string =>
  formatPropertyString([...parsePropertyString(text)].sort((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : 1)));

function liveNetwork({ raw }: GuestConfig): string | null {
  const keys = Object.keys(raw).filter(key => /^ipconfig\d+$/.test(key));
  return keys.length === 0
    ? null
    : keys
        .sort()
        .map(key => `${key}: ${raw[key]}`)
        .join('; ');
}

/** Without its drive cloud-init reaches no guest. */
function missingDrive({ config }: LiveGuest, options: PlanOptions): Edit {
  if (config.disks.some(drive => drive.source === 'cloudinit')) return {};
  const storage = options.storage ?? config.disks.find(drive => drive.source === 'volume')?.storage ?? null;
  const free = ['ide2', 'ide0', 'ide1', 'ide3', 'sata5', 'sata4'].find(key => config.raw[key] === undefined);
  if (storage !== null && free !== undefined) return { set: { [free]: `${storage}:cloudinit` } };
  return refuse(
    'cloud_init_drive_missing',
    'cloud_init_user',
    'The guest has no cloud-init drive, and none can be added. Add one in Proxmox.',
  );
}
