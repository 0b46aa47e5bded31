import { readFile } from 'node:fs/promises';
import { stdin } from 'node:process';
import { text } from 'node:stream/consumers';
import type { SettingView } from '../../api/settings/schema';
import { UsageError } from '../errors';
import { byPeopleOnly, endpointFields, type EndpointState, type State } from './state';

const HEAD = `# Settings, overwrite flags and endpoints of proxbox, without secrets.
# What people switch on by typing a phrase is not here.
`;

export async function writeYaml(state: State): Promise<string> {
  const { stringify } = await import('yaml');
  return HEAD + stringify(state, { lineWidth: 0 });
}

/**
 * The file's state, strictly: what is not known is refused with its place.
 * @throws UsageError
 */
export async function readState(file: string, settings: readonly SettingView[]): Promise<State> {
  const found = await parsed(file);
  const state = objectAt(found, 'The file');
  requireKeys(state, ['version', 'settings', 'endpoints'], '');
  if (state['version'] !== 1) throw wrong('/version', 'Give 1: this command knows no other format.');
  const endpoints = state['endpoints'];
  return {
    version: 1,
    ...(state['settings'] !== undefined && {
      settings: settingsAt(state['settings'], '/settings', settings, 'global'),
    }),
    ...(endpoints !== undefined && {
      endpoints: Object.fromEntries(
        Object.entries(objectAt(endpoints, '/endpoints')).map(([name, value]) => [
          name,
          endpointAt(value, `/endpoints/${name}`, settings),
        ]),
      ),
    }),
  };
}

async function parsed(file: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    const value: unknown = parse(await (file === '-' ? text(stdin) : readFile(file, 'utf8')));
    return value;
  } catch (error) {
    throw new UsageError(
      `${file} cannot be used.`,
      'Write one to begin with: proxbox settings export',
      error instanceof Error ? error.message : String(error),
    );
  }
}

function endpointAt(value: unknown, at: string, known: readonly SettingView[]): EndpointState {
  const endpoint = objectAt(value, at);
  requireKeys(endpoint, [...endpointFields, 'settings'], at);
  const { settings, ...fields } = endpoint;
  return { ...fields, ...(settings !== undefined && { settings: settingsAt(settings, `${at}/settings`, known, 'endpoint') }) };
}

function settingsAt(
  value: unknown,
  at: string,
  known: readonly SettingView[],
  layer: 'global' | 'endpoint',
): Record<string, unknown> {
  const given = objectAt(value, at);
  for (const [name, its] of Object.entries(given)) {
    const place = `${at}/${name}`;
    if (byPeopleOnly.includes(name)) throw wrong(place, 'Only people switch this on, typing a phrase: proxbox settings set.');
    const setting = known.find(item => item.name === name);
    if (setting === undefined) throw wrong(place, 'No setting has this name.');
    if (!setting.layers.includes(layer))
      throw wrong(place, layer === 'endpoint' ? 'No endpoint decides this.' : 'Only endpoints decide this.');
    const problem = problemOf(setting, its);
    if (problem !== undefined) throw wrong(place, problem);
  }
  return given;
}

function problemOf({ type, min, max, unit, choices }: SettingView, value: unknown): string | undefined {
  switch (type) {
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'Give true or false.';
    case 'number':
      return Number.isInteger(value) && Number(value) >= (min ?? 0) && Number(value) <= (max ?? Infinity)
        ? undefined
        : `Give a whole number of ${unit} from ${min} to ${max}.`;
    case 'choice':
      return typeof value === 'string' && choices?.includes(value) === true ? undefined : `Give one of ${choices?.join(', ')}.`;
    case 'words':
      return Array.isArray(value) && value.every(word => typeof word === 'string') ? undefined : 'Give a list of words.';
    case 'text':
      return typeof value === 'string' ? undefined : 'Give a text.';
  }
}

/** A section that was left empty is an empty one. */
function objectAt(value: unknown, at: string): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong(at, 'Give names with their values.');
  return Object.fromEntries(Object.entries(value));
}

function requireKeys(value: Record<string, unknown>, known: readonly string[], at: string): void {
  const strange = Object.keys(value).find(key => !known.includes(key));
  if (strange !== undefined) throw wrong(`${at}/${strange}`, `This key is not known here. Known: ${known.join(', ')}.`);
}

const wrong = (place: string, why: string): UsageError =>
  new UsageError(`${place} is wrong.`, 'Correct the file; nothing was changed.', why);
