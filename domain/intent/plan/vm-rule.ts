import { newValues, type Changed, type VmFields } from '../changes/fields';
import type { Edit, FieldDifference } from './edit';
import type { LiveGuest } from './live';
import type { PlanOptions } from './options';

export interface FieldPlan {
  readonly fields: readonly FieldDifference[];
  readonly edit: Edit;
}

interface Rule {
  /** The fields of NetBox that it is about. */
  readonly fields: readonly (keyof VmFields)[];
  /**
   * Where values of NetBox differ from the live guest, in NetBox's units and through reflection's mapping: what reflection would leave as
   * it is, is equal. Fields that are not given are not looked at.
   */
  differences(values: Partial<VmFields>, live: LiveGuest, options: PlanOptions): readonly FieldDifference[];
}

/** The guest is to have the new values. */
interface ValueRule extends Rule {
  /** What makes the differences go away. Asked only when there are any. */
  edit(changed: Changed<VmFields>, live: LiveGuest, options: PlanOptions): Edit;
}

/** The guest is to gain what the change added and lose what it took away, whatever else it has. */
interface ChangeRule extends Rule {
  ofChange(changed: Changed<VmFields>, live: LiveGuest, options: PlanOptions): FieldPlan;
}

/** How some fields of a virtual machine stand to a guest's configuration. One file each. */
export type VmRule = ValueRule | ChangeRule;

/** What a change of some fields does to a live guest; nothing where it does not touch them. */
export function planRule(rule: VmRule, changed: Changed<VmFields>, live: LiveGuest, options: PlanOptions): FieldPlan {
  if (!rule.fields.some(field => changed[field] !== undefined)) return { fields: [], edit: {} };
  if ('ofChange' in rule) return rule.ofChange(changed, live, options);
  const fields = rule.differences(newValues(changed), live, options);
  if (fields.length === 0) return { fields, edit: {} };
  const edit = rule.edit(changed, live, options);
  const acts = Object.keys(edit.set ?? {}).length + (edit.remove?.length ?? 0) + (edit.refusals?.length ?? 0) > 0;
  return { fields: acts ? fields : [], edit };
}
