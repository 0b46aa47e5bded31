/** The one list of what is secret. Everything that is kept or shown about a request, an error or a change goes through here. */

export const REDACTED = '[redacted]';

/** A field whose name holds one of these has a secret in it; names are compared without case, `-` and `_`. */
const secretWords = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'apikey',
  'authorization',
  'cookie',
  'csrf',
  'privatekey',
  'encryptionkey',
  'auditkey',
  'ticket',
  'sshkeys',
] as const;

/** Fields about a secret that are none themselves, by how they end. */
const harmlessEnds = ['id', 'ids', 'name', 'kind', 'prefix', 'set', 'at', 'version', 'count', 'required'] as const;

export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return secretWords.some(word => plain.includes(word)) && !harmlessEnds.some(end => plain.endsWith(end));
}

/** Secrets that can be told by their form, with what is left of them. Repetitions are bounded: what is searched may be long, and an attacker's. */
const secretForms: readonly (readonly [form: RegExp, left: string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
  [/(PVEAPIToken=[^\s=]{1,300}=)[\w-]+/gi, `$1${REDACTED}`],
  [/\bPVE(?:MAIL)?:[^\s:]{1,200}:[0-9A-F]{8}::[\w+/=]+/g, REDACTED],
  [/\bBearer\s+[\w.~+/=-]{8,}/gi, `Bearer ${REDACTED}`],
  [/\bBasic\s+[\w+/=]{8,}/g, `Basic ${REDACTED}`],
  [/\bToken\s+[0-9a-f]{40}\b/gi, `Token ${REDACTED}`],
  [/\bnbt_\w+\.\w+/g, REDACTED],
  [/\b(pbx_[0-9a-f]{8}_)[\w-]{20,}/g, `$1${REDACTED}`],
  [/\bproxbox_[\w-]{20,}/g, REDACTED],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{0,200}:)[^\s/@]{1,1000}@/gi, `$1${REDACTED}@`],
  [
    /((?:password|passwd|secret|token|api[_-]?key)[\w-]{0,40}(?:=|"\s{0,10}:\s{0,10}"))(?!\[redacted\])[^\s&;,"'}\])]+/gi,
    `$1${REDACTED}`,
  ],
];

/** A text without the secrets that can be told by their form. */
export function redactText(text: string): string {
  return secretForms.reduce((left, [form, replacement]) => left.replace(form, replacement), text);
}

/** A text without these secrets: for words of somebody whom they were told to, and who may repeat them in a form of their own. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter(secret => secret !== '').reduce((left, secret) => left.replaceAll(secret, REDACTED), text);
}

const DEEPEST = 8;
const MOST_ITEMS = 200;

/**
 * A value for a log, without what is named like a secret or can be told by its form. Errors become objects with type, message, stack, their own
 * fields and their causes. What is nested deeper than eight levels, or behind the first 200 items, is left out.
 */
export function redactValue(value: unknown): unknown {
  return redacted(value, DEEPEST);
}

function redacted(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  if (depth === 0) return '…';
  if (value instanceof Error) return redactedError(value, depth);
  if ('toJSON' in value && typeof value.toJSON === 'function') return redacted(value.toJSON(), depth - 1);
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map(item => redacted(item, depth - 1));
  return redactedFields(value, depth);
}

function redactedFields(value: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MOST_ITEMS)
      .map(([name, inner]) => [name, isHeldBack(name, inner) ? REDACTED : redacted(inner, depth - 1)]),
  );
}

const isHeldBack = (name: string, value: unknown): boolean =>
  isSecretName(name) && value !== null && value !== undefined && typeof value !== 'boolean';

function redactedError(error: Error, depth: number): Record<string, unknown> {
  return {
    ...redactedFields(error, depth),
    type: error.name,
    message: redactText(error.message),
    ...(error.stack !== undefined && { stack: redactText(error.stack) }),
    ...(error.cause !== undefined && { cause: redacted(error.cause, depth - 1) }),
  };
}
