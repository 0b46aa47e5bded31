import type { Json, JsonObject } from './json';

/** Ends a request with this status and body. Thrown from anywhere below the dispatcher; open transactions roll back. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: Json,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`NetBox answers ${status}`);
  }
}

/** A refusal from before the API: a text that is no JSON, announced as HTML. */
export class TextRefusal extends Error {
  constructor(
    readonly status: number,
    readonly text: string,
  ) {
    super(text);
  }
}

/** NetBox's 403 for a missing right, a read-only token and an object outside a permission's constraint. */
export class Forbidden extends ApiError {
  constructor(detail = 'You do not have permission to perform this action.') {
    super(403, { detail });
  }
}

/** A request that NetBox aborts while saving (for example a tag restricted to other object types): `{"detail": …}`. */
export class Aborted extends ApiError {
  constructor(readonly detail: string) {
    super(400, { detail });
  }
}

/** 409: other objects protect the one to be deleted. `count` of them; bulk answers name only the number. */
export class Protected extends ApiError {
  constructor(
    readonly count: number,
    names: readonly string[],
  ) {
    super(409, { detail: `Unable to delete object. ${count} dependent objects were found: ${names.join(', ')}` });
  }
}

/** 500: NetBox's answer when something that it does not expect happens, among it a violated database constraint. */
export class ServerFault extends ApiError {
  constructor(
    readonly exception: string,
    readonly text: string,
    version: string,
  ) {
    super(500, { error: text, exception, netbox_version: version, python_version: '3.13.5' });
  }
}

/** 400 for one object: messages by field, model-level ones under `__all__`. */
export class Invalid extends ApiError {
  constructor(readonly errors: JsonObject) {
    super(400, errors);
  }
}

/** Collects messages by field in the order in which they were found. */
export class Problems {
  readonly byField: JsonObject = {};

  add(field: string, ...messages: string[]): void {
    const known = this.byField[field];
    this.byField[field] = [...(Array.isArray(known) ? known : []), ...messages];
  }

  /** For errors that are not a list of texts, such as those of nested lists. */
  set(field: string, value: Json): void {
    this.byField[field] = value;
  }

  has(field: string): boolean {
    return field in this.byField;
  }

  get isEmpty(): boolean {
    return Object.keys(this.byField).length === 0;
  }

  throwIfAny(): void {
    if (!this.isEmpty) throw new Invalid(this.byField);
  }
}
