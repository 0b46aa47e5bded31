import { z } from 'zod';
import { type OverwriteFlag, overwriteFlags } from '../domain/reflection/policy';
import { flag } from './variables';

/** Every overwrite flag. `PROXBOX_OVERWRITE_VM_TAGS` sets `overwrite_vm_tags`, and so on; all default to true. */
export type OverwriteFlagValues = Readonly<Record<OverwriteFlag, boolean>>;

function variableOf(name: OverwriteFlag): string {
  return `PROXBOX_${name.toUpperCase()}`;
}

/** Reads the flags' variables from an environment; a failure names the variables that cannot be used. */
export const overwriteSchema = z
  .object(Object.fromEntries(overwriteFlags.map(name => [variableOf(name), flag(true)])))
  .transform((values): OverwriteFlagValues => {
    const flags: Partial<Record<OverwriteFlag, boolean>> = {};
    for (const name of overwriteFlags) flags[name] = values[variableOf(name)] ?? true;
    return flags as OverwriteFlagValues;
  });
