/** Public keys, one a line; blank lines mean nothing. */
export const keysIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/\r?\n/)
      .map(line => line.trim())
      .filter(line => line !== ''),
  ),
];

/** A public key of OpenSSH: options may stand before the type, a comment after the key. */
const PUBLIC_KEY =
  /(?:^|\s)(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp(?:256|384|521)|sk-[a-z0-9-]+@openssh\.com)\s+[A-Za-z0-9+/]{16,}={0,3}(?:\s|$)/;

/** The first line that is no public key. */
export const wrongKey = (keys: readonly string[]): string | undefined => keys.find(key => !PUBLIC_KEY.test(key));

/** The `sshkeys` value: Proxmox wants it percent-encoded before the request itself encodes it (Proxmox VE 9.2, measured). */
export const encodeKeys = (keys: readonly string[]): string => encodeURIComponent(keys.join('\n'));

/** The same keys in any order. */
export const sameKeys = (a: readonly string[], b: readonly string[]): boolean =>
  keysIn(a.join('\n')).sort().join('\n') === keysIn(b.join('\n')).sort().join('\n');
