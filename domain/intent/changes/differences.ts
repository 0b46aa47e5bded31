import type { Changed } from './fields';

/** The fields of two versions that differ. Lists are compared in order: whoever reads them sorts them. */
export function differences<Fields extends object>(before: Fields, after: Fields): Changed<Fields> {
  const changed: { -readonly [Name in keyof Fields]?: { from?: Fields[Name]; to: Fields[Name] } } = {};
  for (const name in after) {
    if (JSON.stringify(before[name]) !== JSON.stringify(after[name])) changed[name] = { from: before[name], to: after[name] };
  }
  return changed;
}

export const isUnchanged = (changed: object): boolean => Object.keys(changed).length === 0;
