import { UsageError } from '../errors';

/**
 * `KEY=VALUE` as a key and its value: JSON where the value is JSON (`true`, `20`, `["lo"]`), null for `inherit`, else the text as it is.
 * @throws UsageError
 */
export function assignmentOf(text: string, where: string): [key: string, value: unknown] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined)
    throw new UsageError(`${where} takes KEY=VALUE, such as overwrite_vm_tags=false.`);
  if (value === 'inherit') return [key, null];
  try {
    const parsed: unknown = JSON.parse(value);
    return [key, parsed];
  } catch {
    return [key, value];
  }
}
