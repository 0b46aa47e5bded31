import { createPrivateKey, generateKeyPairSync, sign, X509Certificate, type KeyObject } from 'node:crypto';

/** A key and a certificate made for one test; nothing secret is stored with the tests. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  /** `AB:CD:…` */
  readonly fingerprint: string;
}

export interface CertificateWish {
  readonly name: string;
  /** Subject alternative IPv4 address. */
  readonly ip?: string;
  readonly notAfter?: Date;
  /** Signed by this authority instead of itself. */
  readonly issuer?: TestCertificate & { readonly name: string };
}

export function makeCertificate(wish: CertificateWish): TestCertificate & { readonly name: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const signer = wish.issuer ? createPrivateKey(wish.issuer.key) : privateKey;
  const certificate = encodeCertificate(wish, publicKey, signer);
  const cert = `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
  return {
    name: wish.name,
    cert,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    fingerprint: new X509Certificate(cert).fingerprint256,
  };
}

const ECDSA_SHA256 = '06082a8648ce3d040302';
const COMMON_NAME = '0603550403';
const SUBJECT_ALT_NAME = '0603551d11';
const BASIC_CONSTRAINTS = '0603551d13';
const DAY_MS = 86_400_000;

function encodeCertificate(wish: CertificateWish, publicKey: KeyObject, signer: KeyObject): Buffer {
  const algorithm = der(0x30, hex(ECDSA_SHA256));
  const notAfter = wish.notAfter ?? new Date(Date.now() + 30 * DAY_MS);
  const serial = Buffer.from([
    1 + Math.floor(Math.random() * 126),
    ...Array.from({ length: 7 }, () => Math.floor(Math.random() * 256)),
  ]);
  const tbs = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    distinguishedName(wish.issuer?.name ?? wish.name),
    der(0x30, time(new Date(notAfter.getTime() - 60 * DAY_MS)), time(notAfter)),
    distinguishedName(wish.name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, ...extensions(wish))),
  );
  return der(0x30, tbs, algorithm, der(0x03, Buffer.from([0]), sign('sha256', tbs, signer)));
}

function extensions({ ip }: CertificateWish): Buffer[] {
  const authority = der(0x30, der(0x01, Buffer.from([0xff])));
  const constraints = der(0x30, hex(BASIC_CONSTRAINTS), der(0x01, Buffer.from([0xff])), der(0x04, authority));
  if (ip === undefined) return [constraints];
  const names = der(0x30, der(0x87, Buffer.from(ip.split('.').map(Number))));
  return [der(0x30, hex(SUBJECT_ALT_NAME), der(0x04, names)), constraints];
}

function distinguishedName(name: string): Buffer {
  return der(0x30, der(0x31, der(0x30, hex(COMMON_NAME), der(0x0c, Buffer.from(name)))));
}

function time(date: Date): Buffer {
  return der(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')));
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
