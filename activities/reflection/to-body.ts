import type { NetBoxValues } from '../../clients/netbox/object';
import { isRef, type Value, type Values } from '../../domain/reflection/values';

/** Custom fields go into one object; relations and choices are bare values already. */
export function toBody(values: Values): NetBoxValues {
  const body: Record<string, Value | Record<string, Value>> = {};
  const customFields: Record<string, Value> = {};
  for (const [field, value] of Object.entries(values)) {
    if (isRef(value)) throw new Error(`${field} still refers to ${value.ref} ${value.key}.`);
    if (field.startsWith('cf.')) customFields[field.slice(3)] = value;
    else body[field] = value;
  }
  return Object.keys(customFields).length > 0 ? { ...body, custom_fields: customFields } : body;
}
