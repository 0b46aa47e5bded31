import { isObject } from '../../json';
import type { Check } from '../object-type';

/** Local context data must be an object. */
export function checkLocalContext({ draft, problems }: Check): void {
  const data = draft.values['local_context_data'] ?? null;
  if (data !== null && !isObject(data))
    problems.add('local_context_data', 'JSON data must be in object form. Example: {"foo": 123}');
}
