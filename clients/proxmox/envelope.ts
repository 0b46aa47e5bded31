/** An answer of the JSON formatter. `message` is the whole text of an error, without the line feed that Proxmox puts at its end. */
export interface Envelope {
  readonly data: unknown;
  /** Rows before `start` and `limit`, where the call tells it. */
  readonly total: number | null;
  readonly message: string;
  readonly errors: Readonly<Record<string, string>>;
  /** False when the body was no JSON object with `data`. */
  readonly valid: boolean;
}

/**
 * Reads a body of any kind. Errors have `message` since 2025 and only a reason phrase before; 401 and 595–599 have no body; refusals
 * of the transport (body on GET, chunked, too large) are plain text.
 */
export function parseEnvelope(body: string, reasonPhrase: string): Envelope {
  const json = parseObject(body);
  const message = json && typeof json['message'] === 'string' ? json['message'] : reasonPhrase;
  return {
    data: json?.['data'] ?? null,
    total: json && typeof json['total'] === 'number' ? json['total'] : null,
    message: message.trim(),
    errors: textsOf(json?.['errors']),
    valid: json !== null && 'data' in json,
  };
}

function parseObject(body: string): Record<string, unknown> | null {
  try {
    return asObject(JSON.parse(body));
  } catch {
    return null;
  }
}

function textsOf(errors: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(asObject(errors) ?? {}).map(([name, text]) => [name, String(text).trim()]));
}

export function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : null;
}
