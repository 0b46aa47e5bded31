const UNITS = ['', 'K', 'M', 'G', 'T'] as const;
const MEBIBYTE = 1024 ** 2;

/**
 * A size as Proxmox writes it (`32G`, `2816M`, `104858K`, `0.5G`, bare bytes, `0T` for an empty disk), in bytes; `null` when it is none.
 * Powers of 1024, fractions of a byte cut off. Exact up to 8 PiB.
 */
export function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([KMGT])?$/.exec(text.trim());
  if (!match) return null;
  const power = UNITS.findIndex(unit => unit === (match[2] ?? ''));
  return Math.trunc(Number(match[1]) * 1024 ** power);
}

/** Bytes as Proxmox writes them: the largest unit that is exact, else bare bytes; zero is `0T`. */
export function formatSize(bytes: number): string {
  let amount = bytes;
  let power = 0;
  while (power < UNITS.length - 1 && amount % 1024 === 0) {
    amount /= 1024;
    power += 1;
  }
  return `${amount}${UNITS[power]}`;
}

/** Bytes in MiB, rounded up: a disk that exists is at least 1. */
export function toMebibytes(bytes: number): number {
  return Math.ceil(bytes / MEBIBYTE);
}
