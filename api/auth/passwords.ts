import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

/** Of scrypt; stored with each hash, so that they can be raised. 32 MiB a hash. */
const LOG_N = 15;
const R = 8;
const P = 1;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const MOST_MEMORY = 256 * 1024 * 1024;

const stored = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/;

/** The hash of a password, with its salt and parameters: `$scrypt$ln=15,r=8,p=1$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(normal(password), salt, KEY_BYTES, { N: 2 ** LOG_N, r: R, p: P, maxmem: MOST_MEMORY });
  return `$scrypt$ln=${LOG_N},r=${R},p=${P}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** Whether a password is the one of a hash. Without a hash it is not, which takes as long to find out. */
export async function verifyPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  const [, logN = '', r = '', p = '', salt = '', expected = ''] = stored.exec(hash ?? NOBODY) ?? [];
  if (expected === '') throw new Error('A stored password hash has a form that this release does not know.');
  const key = Buffer.from(expected, 'base64url');
  const options = { N: 2 ** Number(logN), r: Number(r), p: Number(p), maxmem: MOST_MEMORY };
  const found = await derive(normal(password), Buffer.from(salt, 'base64url'), key.length, options);
  return timingSafeEqual(found, key) && typeof hash === 'string';
}

/** A password for a person who is to write it down: 120 random bits in groups of six signs. */
export function generatePassword(): string {
  const group = () => Array.from(randomBytes(6), byte => ALPHABET[byte % ALPHABET.length]).join('');
  return [group(), group(), group(), group()].join('-');
}

/** 32 signs, so that each is as likely, without those that are taken for one another. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const NOBODY = `$scrypt$ln=${LOG_N},r=${R},p=${P}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** The same password from every keyboard. */
const normal = (password: string): string => password.normalize('NFKC');
