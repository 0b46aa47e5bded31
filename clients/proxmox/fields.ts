import { parseFlag } from '../../domain/proxmox/flag';
import { asObject } from './envelope';

/** The answer has another shape than the call: a list is none, or a row lacks what makes it usable. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/**
 * Reads an object of an answer liberally: numbers and flags may be text, unknown keys are ignored, and an optional value that is
 * missing or of another type is `null`. Only what a row is useless without is required.
 */
export class Fields {
  private constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  static of(value: unknown): Fields {
    const values = asObject(value);
    if (!values) throw new ShapeError('an object was expected');
    return new Fields(values);
  }

  /** The rows of a list. `null` is no list: an answer that shows nothing must not look like one that lists nothing. */
  static rows(value: unknown): Fields[] {
    if (!Array.isArray(value)) throw new ShapeError('a list was expected');
    return value.map(row => Fields.of(row));
  }

  text(key: string): string {
    return this.required(key, this.textOrNull(key));
  }

  number(key: string): number {
    return this.required(key, this.numberOrNull(key));
  }

  textOrNull(key: string): string | null {
    const value = this.values[key];
    if (typeof value === 'string') return value === '' ? null : value;
    return typeof value === 'number' ? String(value) : null;
  }

  numberOrNull(key: string): number | null {
    const value = this.values[key];
    if (typeof value === 'number') return value;
    return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : null;
  }

  flag(key: string, absent = false): boolean {
    const value = this.values[key];
    return parseFlag(value === undefined || value === null ? undefined : String(value), absent);
  }

  flagOrNull(key: string): boolean | null {
    return this.values[key] === undefined || this.values[key] === null ? null : this.flag(key);
  }

  /** Words between commas, semicolons or blanks, or a JSON list; sorted, because Proxmox's order is random. */
  words(key: string): string[] {
    const value = this.values[key];
    const words = Array.isArray(value) ? value.map(String) : (this.textOrNull(key) ?? '').split(/[,;\s]+/);
    return words.filter(word => word !== '').sort();
  }

  object(key: string): Fields | null {
    const values = asObject(this.values[key]);
    return values && new Fields(values);
  }

  rows(key: string): Fields[] {
    return Fields.rows(this.values[key] ?? []);
  }

  private required<T>(key: string, value: T | null): T {
    if (value === null) throw new ShapeError(`"${key}" is missing`);
    return value;
  }
}
