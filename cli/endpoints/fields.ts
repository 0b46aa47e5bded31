import { readFileSync } from 'node:fs';
import { UsageError } from '../errors';
import type { OptionSpecs, Values } from '../options';
import { assignmentOf } from '../settings/assignment';

/** Flags of what an endpoint is, for `add` and `set`. */
export const fieldOptions = {
  address: { type: 'string', value: 'URL', help: 'Address of the Proxmox API; port 8006 unless given.' },
  verify: { type: 'boolean', help: 'Check the certificate as a browser would.' },
  'ca-file': { type: 'string', value: 'FILE', help: 'Check the certificate with this authority, in PEM.' },
  fingerprint: { type: 'string', value: 'SHA256', help: 'Accept the certificate with this SHA-256 fingerprint only.' },
  insecure: { type: 'boolean', help: 'Do not check the certificate.' },
  site: { type: 'string', value: 'SLUG', help: "Site in NetBox; '' for none." },
  'netbox-cluster': { type: 'string', value: 'NAME', help: "Name of the cluster in NetBox; '' for that of Proxmox." },
  vrf: { type: 'string', value: 'NAME', help: "VRF of the addresses in NetBox; '' for none." },
  policy: {
    type: 'string',
    multiple: true,
    value: 'KEY=VALUE',
    help: 'A setting or overwrite flag of this endpoint; "inherit" goes back to the installation\'s. May be repeated.',
  },
  'allow-writes': { type: 'boolean', help: 'Let guests of this endpoint be changed at all.' },
  'no-allow-writes': { type: 'boolean', help: 'Never change guests; drops the write credential.' },
  enable: { type: 'boolean', help: 'Contact it.' },
  disable: { type: 'boolean', help: 'Do not contact it.' },
} as const satisfies OptionSpecs;

type FieldValues = Values<typeof fieldOptions>;

/** The body's fields that the flags gave; what is absent stays as it is. */
export function fieldsOf(values: FieldValues): Record<string, unknown> {
  const { address, site, 'netbox-cluster': cluster, vrf, policy } = values;
  const tls = tlsOf(values);
  const enabled = either(values, 'enable', 'disable');
  const allowWrites = either(values, 'allow-writes', 'no-allow-writes');
  return {
    ...(address !== undefined && { url: address }),
    ...(tls !== undefined && { tls }),
    ...(enabled !== undefined && { enabled }),
    ...(allowWrites !== undefined && { allowWrites }),
    ...(site !== undefined && { siteSlug: orNull(site) }),
    ...(cluster !== undefined && { netboxClusterName: orNull(cluster) }),
    ...(vrf !== undefined && { netboxVrf: orNull(vrf) }),
    ...(policy !== undefined && { policy: Object.fromEntries(policy.map(text => assignmentOf(text, '--policy'))) }),
  };
}

const orNull = (text: string): string | null => (text === '' ? null : text);

function either(values: FieldValues, yes: 'enable' | 'allow-writes', no: 'disable' | 'no-allow-writes'): boolean | undefined {
  if (values[yes] === true && values[no] === true) throw new UsageError(`--${yes} and --${no} contradict each other.`);
  if (values[yes] === true) return true;
  return values[no] === true ? false : undefined;
}

function tlsOf({ verify, 'ca-file': caFile, fingerprint, insecure }: FieldValues): Record<string, string> | undefined {
  const given = [
    ...(verify === true ? [{ mode: 'verify' }] : []),
    ...(insecure === true ? [{ mode: 'insecure' }] : []),
    ...(fingerprint !== undefined ? [{ mode: 'fingerprint', fingerprint }] : []),
    ...(caFile !== undefined ? [{ mode: 'ca', ca: readPem(caFile) }] : []),
  ];
  if (given.length > 1) throw new UsageError('Give one of --verify, --ca-file, --fingerprint and --insecure.');
  return given[0];
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `--ca-file ${path} cannot be read.`,
      'Name a file with certificates in PEM.',
      error instanceof Error ? error.message : String(error),
    );
  }
}
