import type { SettingName } from '../../../domain/settings/register';
import type { Identity } from '../../auth/identity';
import type { SettingView } from '../../settings/schema';
import { csrfField, type FormState, type Typed } from '../html/form';
import { h, type Html } from '../html/h';
import { empty, filters, heading, link, notice, section } from '../html/parts';
import { counted } from '../html/words';
import type { Decider } from './fields';
import { settingRow } from './setting';

export interface SettingsPage {
  caller: Identity;
  title: string;
  /** Where the form is sent, and the page is found. */
  path: string;
  settings: readonly SettingView[];
  decider: Decider;
  version: number;
  may: boolean;
  query: string;
  state: FormState;
  /** What the fields showed when this form was made. */
  was: Typed;
  /** What somebody else changed while a form was open; undefined when nobody did. */
  both: readonly SettingName[] | undefined;
  /** How many were saved just now. */
  saved: number | undefined;
  beside: Html | null;
}

export function settingsBody(page: SettingsPage): (Html | null)[] {
  const { title, path, settings, decider, may, query, state, both, saved } = page;
  const groups = groupsOf(settings.filter(setting => matches(setting, query)));
  return [
    heading(
      title,
      decider === 'endpoint' && link('/ui/settings', 'Of the installation'),
      decider === 'endpoint' && link(path.replace(/\/settings$/, ''), 'Back to the endpoint'),
    ),
    h(
      'p',
      { class: 'hint' },
      decider === 'endpoint'
        ? 'What the environment says counts first, then what is decided here, then what holds for the installation, then the default.'
        : 'What the environment says counts first, then what an endpoint decides for itself, then what is decided here, then the default.',
    ),
    saved === undefined ? null : notice('good', `${counted(saved, 'setting')} saved. Runs that start from now on use them.`),
    both === undefined ? null : notice('warn', conflictText(both)),
    Object.keys(state.errors).length > 0
      ? notice('bad', state.errors[''] ?? 'Nothing was saved: look at the marked settings.')
      : null,
    filters(
      'Search settings',
      h(
        'label',
        null,
        'Search',
        h('input', { type: 'search', name: 'q', value: query, placeholder: 'name, group or what it does' }),
      ),
    ),
    h('nav', { class: 'jump', 'aria-label': 'Groups' }, ...groups.map(({ name }) => link(`#${anchor(name)}`, name))),
    page.beside,
    groups.length === 0 ? empty('No setting is like that.') : formOf(page, groups, may),
  ];
}

const conflictText = (both: readonly SettingName[]): string =>
  both.length === 0
    ? 'Somebody else changed settings while this form was open. Theirs are shown below with yours, and none is about the same setting: save again to store yours.'
    : `Somebody else changed ${counted(both.length, 'setting')} that you changed, too: each is marked. Save again to store yours in place of theirs.`;

interface Group {
  name: string;
  settings: SettingView[];
}

/** Groups in the order of their first setting; what flags guard comes last. */
function groupsOf(settings: readonly SettingView[]): Group[] {
  const groups = new Map<string, Group>();
  for (const setting of settings) {
    const group = groups.get(setting.group) ?? { name: setting.group, settings: [] };
    group.settings.push(setting);
    groups.set(setting.group, group);
  }
  return [...groups.values()];
}

const matches = ({ name, group, description }: SettingView, query: string): boolean =>
  query
    .toLowerCase()
    .split(/\s+/)
    .every(word => `${name} ${name.replaceAll('_', ' ')} ${group} ${description}`.toLowerCase().includes(word));

const anchor = (group: string): string => `group-${group.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;

const formOf = (
  { caller, path, decider, version, query, state, was, both }: SettingsPage,
  groups: readonly Group[],
  may: boolean,
): Html =>
  h(
    'form',
    { method: 'post', action: path, class: 'settings' },
    csrfField(caller),
    h('input', { type: 'hidden', name: 'version', value: version }),
    h('input', { type: 'hidden', name: 'was', value: JSON.stringify(was) }),
    h('input', { type: 'hidden', name: 'q', value: query }),
    h(
      'fieldset',
      { class: 'bare', disabled: !may },
      ...groups.map(({ name, settings }) =>
        h(
          'div',
          { id: anchor(name), class: 'anchor' },
          section(
            name,
            ...settings.map(setting => settingRow({ setting, decider, state, contested: both?.includes(setting.name) ?? false })),
          ),
        ),
      ),
    ),
    may && h('div', { class: 'save' }, h('button', { type: 'submit', class: 'primary' }, 'Save the settings')),
  );
