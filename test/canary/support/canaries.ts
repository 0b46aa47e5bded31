/** Secrets that a test plants, and the search for them. */
export class Canaries {
  private readonly planted = new Map<string, string>();

  /** A secret of its own, made of characters that need no escaping anywhere. */
  plant(word: string): string {
    return this.add(word, `canary-${word}-${this.planted.size}-r7Kd2mQx`);
  }

  /** Takes a secret that something else made. */
  add(word: string, secret: string): string {
    if (secret.length < 8) throw new Error(`${word} is too short to be told from other text`);
    this.planted.set(secret, word);
    return secret;
  }

  get size(): number {
    return this.planted.size;
  }

  /** The words of those that a text holds: as they are, in hexadecimal as PostgreSQL writes bytes, or in base64 as headers and payloads have them. */
  foundIn(text: string): string[] {
    return [...this.planted].filter(([secret]) => formsOf(secret).some(form => text.includes(form))).map(([, word]) => word);
  }
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    bytes.toString('hex'),
    JSON.stringify(secret).slice(1, -1),
    ...[0, 1, 2].map(offset => innerBase64(bytes, offset)),
  ];
}

/** What the base64 of a text that holds these bytes holds, when so many bytes, modulo 3, stand before them. */
function innerBase64(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  return text.slice(offset === 0 ? 0 : 4, -4);
}
