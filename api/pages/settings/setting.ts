import type { SettingView } from '../../settings/schema';
import type { FormState } from '../html/form';
import { type Children, h, type Html } from '../html/h';
import { badge } from '../html/state';
import { readable } from '../html/words';
import { type Decider, emptyField, valueText } from './fields';

interface SettingRow {
  setting: SettingView;
  decider: Decider;
  state: FormState;
  /** Somebody else changed it while the form was open. */
  contested: boolean;
}

/** One setting: what it does, what holds and who decided it, and the field that decides it here. */
export function settingRow({ setting, decider, state, contested }: SettingRow): Html {
  const { name, description, takesEffect, value, unit } = setting;
  const error = state.errors[name];
  return h(
    'div',
    { class: 'setting', id: name },
    h(
      'div',
      null,
      h('h3', { id: `${name}-title` }, readable(name)),
      h(
        'p',
        { class: 'hint', id: `${name}-hint` },
        description,
        takesEffect === 'worker-start' && ' Counts when the worker starts again.',
      ),
      h(
        'p',
        { class: 'holds' },
        'Now ',
        h('strong', null, valueText(value, unit)),
        ' ',
        originBadge(setting),
        ' ',
        h('code', null, name),
      ),
      setting.origin === 'environment' &&
        h(
          'p',
          { class: 'hint' },
          h('code', null, setting.variable),
          ' decides. What is chosen here counts when the variable is gone.',
        ),
      contested &&
        h('p', { class: 'error' }, `Somebody else changed this meanwhile: ${storedText(setting, decider)} is stored now.`),
    ),
    h(
      'div',
      { class: 'control' },
      control(setting, decider, state),
      error !== undefined && h('p', { class: 'error', id: `${name}-error` }, error),
    ),
  );
}

const origins: Record<SettingView['origin'], Parameters<typeof badge>> = {
  environment: ['warn', 'from the environment'],
  endpoint: ['busy', 'decided for this endpoint'],
  global: ['good', 'decided for the installation'],
  default: ['calm', 'default'],
};

export const originBadge = ({ origin }: Pick<SettingView, 'origin'>): Html => badge(...origins[origin]);

const storedText = (setting: SettingView, decider: Decider): string => {
  const stored = setting[decider];
  return stored === null ? 'nothing' : valueText(stored, setting.unit);
};

/** What holds when nothing is decided here. */
function otherwise(setting: SettingView, decider: Decider): string {
  const value = decider === 'endpoint' ? (setting.global ?? setting.default) : setting.default;
  return `${decider === 'endpoint' ? 'inherit' : 'default'}: ${valueText(value, setting.unit)}`;
}

function control(setting: SettingView, decider: Decider, state: FormState): Children {
  const { name, type, choices, min, max, unit } = setting;
  const typed = state.typed[name] ?? '';
  const invalid = state.errors[name] !== undefined;
  const common = {
    name,
    'aria-labelledby': `${name}-title`,
    'aria-describedby': invalid ? `${name}-hint ${name}-error` : `${name}-hint`,
    'aria-invalid': invalid ? 'true' : null,
  };
  const placeholder = otherwise(setting, decider);
  switch (type) {
    case 'flag':
      return threeStates(setting, typed, placeholder);
    case 'choice':
      return h(
        'select',
        common,
        h('option', { value: '', selected: typed === '' }, placeholder),
        ...(choices ?? []).map(choice => h('option', { value: choice, selected: choice === typed }, choice)),
      );
    case 'number':
      return [
        h('input', { ...common, type: 'text', inputmode: 'numeric', value: typed, placeholder }),
        h('small', { class: 'under' }, `${min?.toLocaleString('en')} to ${max?.toLocaleString('en')} ${unit}`),
      ];
    case 'words':
      return [
        h('textarea', { ...common, rows: 3, placeholder }, typed),
        h('small', { class: 'under' }, 'One in a line.'),
        emptyBox(setting, state),
      ];
    case 'text':
      return [h('input', { ...common, type: 'text', value: typed, placeholder }), emptyBox(setting, state)];
  }
}

const threeStates = ({ name }: SettingView, typed: string, inherited: string): Html =>
  h(
    'fieldset',
    { class: 'three', 'aria-labelledby': `${name}-title`, 'aria-describedby': `${name}-hint` },
    ...(
      [
        ['', inherited],
        ['true', 'on'],
        ['false', 'off'],
      ] as const
    ).map(([value, text]) =>
      h('label', null, h('input', { type: 'radio', name, value, checked: value === typed }), h('span', null, text)),
    ),
  );

const emptyBox = ({ name }: SettingView, { typed }: FormState): Html =>
  h(
    'label',
    { class: 'check' },
    h('input', { type: 'checkbox', name: emptyField(name), checked: typed[emptyField(name)] !== undefined }),
    h('span', null, 'empty on purpose'),
  );
