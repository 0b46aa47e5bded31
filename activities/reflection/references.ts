import type { StoredChange } from '../../database/repositories/changes';
import type { Kind } from '../../domain/reflection/kind';
import { isRef, ref, resolve, unresolved, type IdOf, type Ref, type Value, type Values } from '../../domain/reflection/values';
import type { ReflectionDeps } from './deps';

/** The NetBox ids of what the changes of one kind point to. */
export class References {
  private readonly ids = new Map<string, number>();

  constructor(
    private readonly store: ReflectionDeps['store'],
    private readonly endpointId: string,
    private readonly kind: Kind,
  ) {}

  async load(changes: readonly StoredChange[]): Promise<void> {
    const wanted = changes.flatMap(change => [
      ...Object.values({ ...change.reflect, ...change.after }).flatMap(refsIn),
      ...(this.kind.on && change.netboxId === null ? [ref(this.kind.on, change.key)] : []),
    ]);
    for (const { kind, key, netboxId } of await this.store.findLinkedIds(this.endpointId, wanted)) {
      this.ids.set(`${kind}:${key}`, netboxId);
    }
  }

  /** The object that a change is about, if NetBox has it. */
  targetOf(change: StoredChange): number | undefined {
    return change.netboxId ?? (this.kind.on ? this.ids.get(`${this.kind.on}:${change.key}`) : undefined);
  }

  resolved(values: Values): Values {
    return Object.fromEntries(Object.entries(values).map(([field, value]) => [field, resolve(value, this.idOf)]));
  }

  /** What a change needs and NetBox does not have, in words. */
  missing(change: StoredChange): string | undefined {
    if (change.action === 'delete' || change.action === 'link') return undefined;
    if (this.targetOf(change) === undefined && change.action === 'update')
      return `its ${this.kind.on ?? this.kind.name} is not in NetBox`;
    const values = Object.values(change.after).map(value => resolve(value, this.idOf));
    const missing = values.map(unresolved).find(reference => reference !== undefined);
    return missing && `${missing.ref} ${missing.key} is not in NetBox`;
  }

  private readonly idOf: IdOf = reference => this.ids.get(`${reference.ref}:${reference.key}`);
}

const refsIn = (value: Value): Ref[] => (Array.isArray(value) ? value : [value]).filter(isRef);
