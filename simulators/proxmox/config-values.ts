import { grammarFor } from './figures';
import { parsePropertyString, printPropertyString } from './property-string';
import { configKeySchema } from './method-schema';
import type { Simulation } from './simulation';
import type { GuestKind } from './state';
import { normaliseTags } from './tags';

/** The value as Proxmox stores and returns it: integers and switches are numbers, everything else is text. */
export function typedValue(kind: GuestKind, key: string, text: string): string | number {
  const type = configKeySchema(kind, key)?.type;
  return type === 'integer' || type === 'boolean' ? Number(text) : text;
}

/** A new address below the datacenter's prefix. */
export function newMac(sim: Simulation): string {
  const prefix = sim.cluster.options.macPrefix;
  const missing = 6 - prefix.split(':').length;
  const rest = Array.from({ length: missing }, () => sim.fresh.hex(2).toUpperCase());
  return [prefix, ...rest].join(':');
}

/** A network card in normal form, with an address if it had none. */
export function normaliseNetwork(sim: Simulation, kind: GuestKind, key: string, text: string): string {
  const grammar = grammarFor(kind, key);
  const card = parsePropertyString(text, grammar);
  const address = kind === 'qemu' ? 'macaddr' : 'hwaddr';
  if (!card.has(address)) card.set(address, newMac(sim));
  if (kind === 'lxc' && !card.has('type')) card.set('type', 'veth');
  return kind === 'qemu' ? printPropertyString(card, grammar) : printLxcCard(card);
}

/** `name` first, then the others by name. */
function printLxcCard(card: Map<string, string>): string {
  const { name, ...rest } = Object.fromEntries(card);
  const parts = Object.keys(rest)
    .sort()
    .map(key => `${key}=${rest[key]}`);
  return [`name=${name}`, ...parts].join(',');
}

/** Values that need no disk: description, tags, cards and plain ones. Undefined means that the key goes away. */
export function storedValue(sim: Simulation, kind: GuestKind, key: string, text: string): string | number | undefined {
  if (key === 'description') return storedDescription(kind, text);
  if (key === 'tags') return normaliseTags(sim.cluster, text);
  if (/^net\d+$/.test(key)) return normaliseNetwork(sim, kind, key, text);
  return typedValue(kind, key, text);
}

/** QEMU loses white space at the end, containers get exactly one line feed there (Proxmox VE 9.2, measured). */
function storedDescription(kind: GuestKind, text: string): string | undefined {
  if (kind === 'qemu') return text.trimEnd() === '' ? undefined : text.trimEnd();
  return text === '' ? undefined : `${text.replace(/\n+$/, '')}\n`;
}

/** Whether every line is an SSH public key whose parts have the lengths that it claims. */
export function areSshKeys(encoded: string): boolean {
  const lines = decodeURIComponent(encoded)
    .split('\n')
    .filter(line => line.trim() !== '' && !line.startsWith('#'));
  return lines.every(line => {
    const [type = '', base64 = ''] = line.trim().split(/\s+/);
    const data = Buffer.from(base64, 'base64');
    let offset = 0;
    for (let part = 0; offset < data.length; part++) {
      if (offset + 4 > data.length) return false;
      const length = data.readUInt32BE(offset);
      const end = offset + 4 + length;
      if (end > data.length || (part === 0 && data.toString('utf8', offset + 4, end) !== type)) return false;
      offset = end;
    }
    return offset > 0;
  });
}
