import { readFileSync, writeFileSync } from 'node:fs';
import servedMethods from './served-methods.json';

/**
 * Writes `schema.json` from a dump of the Proxmox VE method tree: for each method that the simulator serves, the names, types
 * and ranges of its parameters, and whether pvedaemon (not pveproxy) runs it. No prose is kept.
 *
 * Usage, after a build: `node dist/simulators/proxmox/extract-schema.js <method tree>.json simulators/proxmox/schema.json`, then
 * `npx prettier --write simulators/proxmox/schema.json`
 */

interface TreeNode {
  path: string;
  info?: Record<string, { parameters?: { properties?: Record<string, RawParameter> }; protected?: number }>;
  children?: TreeNode[];
}

interface RawParameter extends Record<string, unknown> {
  format?: string | Record<string, RawParameter>;
}

const KEPT = ['type', 'optional', 'enum', 'minimum', 'maximum', 'minLength', 'maxLength', 'pattern', 'format'] as const;
const KEPT_IN_PROPERTY_STRINGS = [...KEPT, 'default_key', 'alias', 'keyAlias', 'requires'] as const;

/** How many numbered keys (`net[n]`) Proxmox VE 9.2 accepts; the method tree does not say. */
const NUMBERED: Record<string, Record<string, number>> = {
  qemu: {
    net: 32,
    scsi: 31,
    virtio: 16,
    sata: 6,
    ide: 4,
    ipconfig: 32,
    unused: 256,
    hostpci: 16,
    serial: 4,
    usb: 14,
    parallel: 3,
    numa: 8,
    virtiofs: 10,
  },
  lxc: { net: 32, mp: 256, unused: 256, dev: 256 },
};

const NUMBERS = new Set(['optional', 'minimum', 'maximum', 'minLength', 'maxLength', 'default_key']);

/** The tree writes some numbers as text. */
function pick(source: RawParameter, keys: readonly string[]): Record<string, unknown> {
  const present = keys.filter(key => source[key] !== undefined);
  return Object.fromEntries(present.map(key => [key, NUMBERS.has(key) ? Number(source[key]) : source[key]]));
}

function index(nodes: TreeNode[], into = new Map<string, TreeNode>()): Map<string, TreeNode> {
  for (const node of nodes) {
    into.set(node.path, node);
    index(node.children ?? [], into);
  }
  return into;
}

function extract(tree: TreeNode[]): { formats: Record<string, unknown>; methods: Record<string, unknown> } {
  const nodes = index(tree);
  const formats: Record<string, unknown> = {};
  const formatNames = new Map<string, string>();
  const nameOf = (key: string, format: Record<string, RawParameter>): string => {
    const kept = Object.fromEntries(Object.entries(format).map(([name, item]) => [name, pick(item, KEPT_IN_PROPERTY_STRINGS)]));
    const text = JSON.stringify(kept);
    let name = formatNames.get(text);
    if (name === undefined) {
      const stem = key.replace(/\[n\]$/, '');
      name = formats[stem] === undefined ? stem : `${stem}-${formatNames.size}`;
      formatNames.set(text, name);
      formats[name] = kept;
    }
    return name;
  };

  const methods: Record<string, unknown> = {};
  for (const served of servedMethods) {
    const [verb = '', path = ''] = served.split(' ');
    const method = nodes.get(path)?.info?.[verb];
    if (method === undefined) throw new Error(`${served} is not in the method tree`);
    const counts = NUMBERED[path.includes('/lxc') ? 'lxc' : 'qemu'] ?? {};
    const parameters: Record<string, unknown> = {};
    for (const [key, raw] of Object.entries(method.parameters?.properties ?? {})) {
      const kept = pick(raw, KEPT);
      if (typeof raw.format === 'object') {
        kept['properties'] = nameOf(key, raw.format);
        delete kept['format'];
      }
      const stem = /^(.*)\[n\]$/.exec(key)?.[1];
      if (stem !== undefined) kept['count'] = counts[stem];
      parameters[key] = kept;
    }
    methods[served] = { parameters, ...(method.protected ? { protected: true } : {}) };
  }
  return { formats, methods };
}

const [source, target] = process.argv.slice(2);
if (source === undefined || target === undefined) throw new Error('usage: extract-schema <method tree>.json <schema>.json');
const tree: TreeNode[] = JSON.parse(readFileSync(source, 'utf8'));
writeFileSync(target, JSON.stringify(extract(tree)) + '\n');
