import { type SettingName, specOf } from '../../../domain/settings/register';
import { problemOf, type SettingValue } from '../../../domain/settings/spec';
import type { SettingView } from '../../settings/schema';
import type { FieldErrors, Typed } from '../html/form';
import { counted } from '../html/words';

/** Who decides on a page of settings: the installation, or one endpoint. */
export type Decider = 'global' | 'endpoint';

/** Names the box that tells an empty value from none. */
export const emptyField = (name: string): string => `empty.${name}`;

/** What is stored of the settings at one place, as their fields show it: an empty field says that nothing is decided there. */
export function typedFrom(settings: readonly SettingView[], decider: Decider): Typed {
  return Object.fromEntries(settings.flatMap(setting => fieldsOf(setting.name, setting[decider])));
}

function fieldsOf(name: SettingName, value: SettingView['value'] | null): [string, string][] {
  const text = Array.isArray(value) ? value.join('\n') : String(value ?? '');
  return [[name, text], ...(value !== null && text === '' ? [[emptyField(name), 'on'] as [string, string]] : [])];
}

/** What was typed into the fields of settings, without anything else that the form sent. */
export function settingsTyped(settings: readonly SettingView[], typed: Typed): Typed {
  const names = settings.flatMap(({ name }) => [name, emptyField(name)]);
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const text = typed[name];
      return text === undefined ? [] : [[name, text.replaceAll('\r\n', '\n').trim()]];
    }),
  );
}

/** Names of the settings whose fields are not as they were when the form was sent out. A field that is not in the form was not touched. */
export const touched = (settings: readonly SettingView[], was: Typed, typed: Typed): SettingName[] =>
  settings
    .map(({ name }) => name)
    .filter(name => typed[name] !== undefined)
    .filter(name => typed[name] !== (was[name] ?? '') || typed[emptyField(name)] !== was[emptyField(name)]);

/** What somebody wants to change, and what of it no setting allows. Null goes back to whoever decides otherwise. */
export function changeFrom(
  names: readonly SettingName[],
  typed: Typed,
): { change: Partial<Record<SettingName, SettingValue | null>>; errors: FieldErrors } {
  const wanted = names.map(name => [name, valueFrom(name, typed)] as const);
  const errors = wanted.flatMap(([name, value]): [string, string][] => {
    const problem = value === null ? undefined : problemOf(specOf(name), value);
    return problem === undefined ? [] : [[name, problem]];
  });
  return { change: Object.fromEntries(wanted), errors: Object.fromEntries(errors) };
}

function valueFrom(name: SettingName, typed: Typed): SettingValue | null {
  const text = typed[name] ?? '';
  const { type } = specOf(name);
  if (text === '' && (typed[emptyField(name)] === undefined || (type !== 'words' && type !== 'text'))) return null;
  switch (type) {
    case 'flag':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'number':
      return Number(text);
    case 'words':
      return text
        .split(/[\n,]/)
        .map(word => word.trim())
        .filter(word => word !== '');
    default:
      return text;
  }
}

/**
 * The form after somebody else changed what it is about: what was touched stays as it was typed, all else is as it is stored now. `both` names
 * what both of them changed.
 */
export function rebase(
  settings: readonly SettingView[],
  decider: Decider,
  was: Typed,
  typed: Typed,
): { typed: Typed; both: SettingName[] } {
  const stored = typedFrom(settings, decider);
  const own = touched(settings, was, typed);
  const kept = settings.filter(({ name }) => own.includes(name));
  const names = kept.flatMap(({ name }) => [name, emptyField(name)]);
  const others = Object.fromEntries(Object.entries(stored).filter(([name]) => !names.includes(name)));
  const theirs = touched(kept, was, { ...settingsTyped(kept, stored) });
  return { typed: { ...others, ...settingsTyped(kept, typed) }, both: theirs };
}

/** A value as people read it. */
export function valueText(value: SettingView['value'], unit: string | null = null): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number') return unit === null ? value.toLocaleString('en') : counted(value, unit.replace(/s$/, ''), unit);
  if (value.length === 0) return 'empty';
  return typeof value === 'string' ? value : value.join(', ');
}
