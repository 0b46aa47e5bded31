import type { Problems } from '../errors';
import type { Draft, ObjectType } from '../model/object-type';

/** Objects that a made-up custom validator refuses. */
export interface RefuseRule {
  /** Content type, for example `virtualization.virtualmachine`; absent means every model. */
  readonly objectType?: string;
  /** Regular expression over the object's name (or address, or MAC address). */
  readonly namePattern: string;
  /** Where the message stands; `__all__` when absent. */
  readonly field?: string;
  readonly message?: string;
}

/** The rules in force, and how often each refused an object. */
export class Refusals {
  private rules: { rule: RefuseRule; pattern: RegExp; hits: number }[] = [];

  add(rule: RefuseRule): void {
    this.rules.push({ rule, pattern: new RegExp(rule.namePattern), hits: 0 });
  }

  clear(): void {
    this.rules = [];
  }

  list(): (RefuseRule & { hits: number })[] {
    return this.rules.map(({ rule, hits }) => ({ ...rule, hits }));
  }

  apply(type: ObjectType, draft: Draft, problems: Problems): void {
    for (const entry of this.rules) {
      const { rule, pattern } = entry;
      if (rule.objectType !== undefined && rule.objectType !== type.key) continue;
      const { name, address, mac_address } = draft.values;
      const subject = name ?? address ?? mac_address;
      if (typeof subject !== 'string' || !pattern.test(subject)) continue;
      entry.hits += 1;
      problems.add(rule.field ?? '__all__', rule.message ?? 'Refused by a custom validator.');
    }
  }
}
