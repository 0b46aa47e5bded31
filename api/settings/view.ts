import { specOf, variableOf } from '../../domain/settings/register';
import { type EffectiveSetting, effectiveSettings, type SettingLayers } from '../../domain/settings/resolve';
import type { SettingSpec, SettingValue } from '../../domain/settings/spec';
import type { SettingView } from './schema';

/** Every setting with its value and where it comes from. */
export const viewSettings = (layers: SettingLayers): SettingView[] => effectiveSettings(layers).map(viewSetting);

function viewSetting({ name, value, origin, layers: { environment, endpoint, global } }: EffectiveSetting): SettingView {
  const spec = specOf(name);
  return {
    name,
    group: spec.group,
    description: spec.description,
    type: spec.type,
    value: plain(value),
    origin,
    environment: environment === null ? null : plain(environment),
    endpoint: endpoint === null ? null : plain(endpoint),
    global: global === null ? null : plain(global),
    default: plain(spec.default),
    layers: [...spec.layers],
    variable: variableOf(name) ?? null,
    takesEffect: spec.takesEffect,
    ...boundsOf(spec),
  };
}

function boundsOf(spec: SettingSpec): Pick<SettingView, 'unit' | 'min' | 'max' | 'choices'> {
  const none = { unit: null, min: null, max: null, choices: null };
  switch (spec.type) {
    case 'number':
      return { ...none, unit: spec.unit, min: spec.min, max: spec.max };
    case 'choice':
      return { ...none, choices: [...spec.choices] };
    default:
      return none;
  }
}

const plain = (value: SettingValue): SettingView['value'] => (typeof value === 'object' ? [...value] : value);
