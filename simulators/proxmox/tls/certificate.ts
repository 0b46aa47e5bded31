import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { bits, boolean, explicit, integer, octets, oid, sequence, set, tagged, time, utf8 } from './der';

export interface TlsIdentity {
  /** PEM of the private key and of the certificate chain. */
  key: string;
  cert: string;
  /** PEM of what a client has to trust: the CA, or the certificate itself. */
  ca: string;
  /** SHA-256 of the certificate, `AB:CD:…`, as Node and Proxmox write it. */
  fingerprint256: string;
}

/** `self-signed`: its own issuer. `ca`: signed by a private CA. `expired`: self-signed, its time ended yesterday. */
export type TlsKind = 'self-signed' | 'ca' | 'expired';

const DAY = 86_400_000;
const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const COMMON_NAME = '2.5.4.3';
const BASIC_CONSTRAINTS = '2.5.29.19';
const SUBJECT_ALT_NAME = '2.5.29.17';
const KEY_USAGE = '2.5.29.15';

interface CertificateSpec {
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  signWith: KeyObject;
  notBefore: Date;
  notAfter: Date;
  authority: boolean;
  dnsNames: readonly string[];
}

/** Makes a P-256 key and certificate for 127.0.0.1, localhost and the given names, without any tool. */
export function makeTlsIdentity(kind: TlsKind, dnsNames: readonly string[]): TlsIdentity {
  const server = keyPair();
  const now = Date.now();
  const validity =
    kind === 'expired'
      ? { notBefore: new Date(now - 30 * DAY), notAfter: new Date(now - DAY) }
      : { notBefore: new Date(now - DAY), notAfter: new Date(now + 3650 * DAY) };
  const subject = dnsNames[0] ?? 'localhost';
  const names = { dnsNames: ['localhost', ...dnsNames], publicKey: server.publicKey, subject, ...validity };
  const key = server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  if (kind !== 'ca') {
    const der = certificate({ ...names, issuer: subject, signWith: server.privateKey, authority: true });
    return { key, cert: pem(der), ca: pem(der), fingerprint256: fingerprint(der) };
  }
  const authority = keyPair();
  const issuer = 'PVE Cluster Manager CA (simulated)';
  const root = certificate({
    subject: issuer,
    issuer,
    publicKey: authority.publicKey,
    signWith: authority.privateKey,
    ...validity,
    authority: true,
    dnsNames: [],
  });
  const leaf = certificate({ ...names, issuer, signWith: authority.privateKey, authority: false });
  return { key, cert: pem(leaf), ca: pem(root), fingerprint256: fingerprint(leaf) };
}

function keyPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function certificate(spec: CertificateSpec): Buffer {
  const serial = randomBytes(15);
  const toBeSigned = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), serial])),
    ECDSA_WITH_SHA256,
    name(spec.issuer),
    sequence(time(spec.notBefore), time(spec.notAfter)),
    name(spec.subject),
    spec.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions(spec))),
  );
  return sequence(toBeSigned, ECDSA_WITH_SHA256, bits(sign('sha256', toBeSigned, spec.signWith)));
}

function extensions(spec: CertificateSpec): Buffer[] {
  const constraints = spec.authority ? sequence(boolean(true)) : sequence();
  // Bits from the left: digitalSignature is 0, keyCertSign is 5.
  const usage = tagged(0x03, Buffer.from(spec.authority ? [2, 0b10000100] : [7, 0b10000000]));
  const list = [extension(BASIC_CONSTRAINTS, constraints, true), extension(KEY_USAGE, usage, true)];
  if (spec.dnsNames.length > 0) {
    const names = spec.dnsNames.map(dns => tagged(0x82, Buffer.from(dns)));
    const addresses = [Buffer.from([127, 0, 0, 1]), Buffer.concat([Buffer.alloc(15), Buffer.from([1])])].map(ip =>
      tagged(0x87, ip),
    );
    list.push(extension(SUBJECT_ALT_NAME, sequence(...names, ...addresses), false));
  }
  return list;
}

function extension(id: string, content: Buffer, critical: boolean): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(content));
}

function name(commonName: string): Buffer {
  return sequence(set(sequence(oid(COMMON_NAME), utf8(commonName))));
}

function pem(der: Buffer): string {
  const lines = der
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')
    .trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function fingerprint(der: Buffer): string {
  return createHash('sha256')
    .update(der)
    .digest('hex')
    .toUpperCase()
    .replace(/(..)(?!$)/g, '$1:');
}
