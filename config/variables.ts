import { isIP } from 'node:net';
import { z } from 'zod';

/**
 * Building blocks for environment variables. Every value arrives as text, and an empty text counts as not set (that is what Compose
 * passes for a variable without a value). Messages say what to give instead and never repeat the value: it may be a secret.
 */

const TRUE = new Set(['1', 'true', 'yes', 'on']);
const FALSE = new Set(['0', 'false', 'no', 'off']);

const text = z
  .string()
  .optional()
  .transform(value => (value === undefined || value.trim() === '' ? undefined : value.trim()));

/** Text as it is, trimmed; `undefined` when not set. */
export const optionalText = text;

/** Text with a default. */
export function textOr(fallback: string) {
  return text.transform(value => value ?? fallback);
}

/** `true`/`false`, `1`/`0`, `yes`/`no` or `on`/`off`, in any case. */
export function flag<Fallback extends boolean | undefined>(fallback: Fallback) {
  return text.transform((value, context): boolean | Fallback => {
    if (value === undefined) return fallback;
    const lower = value.toLowerCase();
    if (TRUE.has(lower)) return true;
    if (FALSE.has(lower)) return false;
    context.addIssue({ code: 'custom', message: 'give true or false' });
    return z.NEVER;
  });
}

/** A whole number from `min` to `max`; `what` names it for the message, such as "a whole number of seconds". */
export function wholeNumber<Fallback extends number | undefined>(
  fallback: Fallback,
  { min, max, what }: { min: number; max: number; what: string },
) {
  return text.transform((value, context): number | Fallback => {
    if (value === undefined) return fallback;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    context.addIssue({ code: 'custom', message: `give ${what} from ${min} to ${max}` });
    return z.NEVER;
  });
}

/** One of some words. */
export function oneOf<const T extends readonly [string, ...string[]], Fallback extends T[number] | undefined>(
  words: T,
  fallback: Fallback,
) {
  return text.transform((value, context): T[number] | Fallback => {
    if (value === undefined) return fallback;
    const found = words.find(word => word === value.toLowerCase());
    if (found !== undefined) return found;
    context.addIssue({ code: 'custom', message: `give one of ${words.join(', ')}` });
    return z.NEVER;
  });
}

/** Words separated by commas. `none` gives an empty list where the default is not empty. */
export function wordList<Fallback extends readonly string[] | undefined>(fallback: Fallback) {
  return text.transform((value): readonly string[] | Fallback => {
    if (value === undefined) return fallback;
    if (value.toLowerCase() === 'none') return [];
    return value
      .split(',')
      .map(word => word.trim())
      .filter(word => word !== '');
  });
}

/** IP addresses and networks in CIDR notation, separated by commas. */
export const networkList = wordList([]).refine(
  words => words.every(isNetwork),
  'give addresses such as 10.0.0.5 or networks such as 10.0.0.0/8, separated by commas',
);

function isNetwork(word: string): boolean {
  const [address = '', bits, ...rest] = word.split('/');
  const version = isIP(address);
  return (
    version !== 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)))
  );
}

/** A URL of one of the given schemes (each with its colon); kept as it was written. */
export function urlText(schemes: readonly string[], example: string) {
  return text.transform((value, context) => {
    if (value === undefined) return undefined;
    const scheme = /^[a-z][a-z0-9+.-]*:(?=\/\/.)/i.exec(value)?.[0].toLowerCase();
    if (scheme !== undefined && schemes.includes(scheme)) return value;
    context.addIssue({ code: 'custom', message: `give a URL such as ${example}` });
    return z.NEVER;
  });
}
