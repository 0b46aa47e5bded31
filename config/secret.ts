import { inspect } from 'node:util';

/**
 * A value that must never reach a log, an error, or a payload. Printing it, in any of the ways that Node prints things, gives
 * `[secret]`; only `reveal()` gives the value, so that every use of one can be found.
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
