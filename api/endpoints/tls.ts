import { X509Certificate } from 'node:crypto';
import { z } from 'zod';

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** One or more certificates in PEM, and nothing else: a private key pasted along is refused, not stored. */
const certificates = z
  .string()
  .trim()
  .max(65_536)
  .refine(isCertificates, 'Give one or more certificates in PEM (BEGIN CERTIFICATE … END CERTIFICATE), and nothing else.');

const fingerprint = z
  .string()
  .transform(text => text.replaceAll(/[\s:]/g, '').toUpperCase())
  .refine(text => /^[0-9A-F]{64}$/.test(text), 'Give the SHA-256 fingerprint of the certificate: 64 hexadecimal digits.')
  .transform(text => text.match(/../g)?.join(':') ?? text);

/** How the certificate of an endpoint is checked. */
export const tlsSchema = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('verify') }),
  z.strictObject({ mode: z.literal('insecure') }),
  z.strictObject({ mode: z.literal('ca'), ca: certificates.describe('Certificate authority, in PEM.') }),
  z.strictObject({ mode: z.literal('fingerprint'), fingerprint: fingerprint.describe('SHA-256 of the certificate, in hex.') }),
]);

function isCertificates(text: string): boolean {
  const found = text.match(PEM) ?? [];
  return found.length > 0 && text.replaceAll(PEM, '').trim() === '' && found.every(isCertificate);
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
