import { isSettingOf, type LayerValues, type SettingName, settingNames, settings, type SettingValues, specOf } from './register';
import { problemOf, type SettingLayer, type SettingValue } from './spec';

/** What the layers say. The endpoint's is absent when the question is about the installation. */
export interface SettingLayers {
  environment: LayerValues<'environment'>;
  global: LayerValues<'global'>;
  endpoint?: LayerValues<'endpoint'>;
}

export type SettingOrigin = SettingLayer | 'default';

/** The first layer that says something decides. */
const order = ['environment', 'endpoint', 'global'] as const satisfies readonly SettingLayer[];

export interface EffectiveSetting {
  name: SettingName;
  value: SettingValue;
  /** Which layer decided it. */
  origin: SettingOrigin;
  /** What each layer says; null for one that says nothing. */
  layers: Readonly<Record<SettingLayer, SettingValue | null>>;
}

/** Every setting with its value, and who decided it. */
export function effectiveSettings(layers: SettingLayers): EffectiveSetting[] {
  return settingNames.map(name => {
    const said = Object.fromEntries(order.map(layer => [layer, saidBy(layers, layer, name)])) as EffectiveSetting['layers'];
    const decider = order.find(layer => said[layer] !== null);
    const value = decider === undefined ? null : said[decider];
    return { name, value: value ?? settings[name].default, origin: decider ?? 'default', layers: said };
  });
}

export function effectiveValues(layers: SettingLayers): SettingValues {
  return Object.fromEntries(effectiveSettings(layers).map(({ name, value }) => [name, value])) as SettingValues;
}

/** What is stored of a layer, without names and values that this release does not know or does not allow there. */
export function readLayer<Layer extends SettingLayer>(
  layer: Layer,
  stored: Readonly<Record<string, unknown>>,
): LayerValues<Layer> {
  const entries = Object.entries(stored).filter(
    ([name, value]) => isSettingOf(layer, name) && problemOf(specOf(name), value) === undefined,
  );
  return Object.fromEntries(entries) as LayerValues<Layer>;
}

function saidBy(layers: SettingLayers, layer: SettingLayer, name: SettingName): SettingValue | null {
  const said: Partial<Record<SettingName, SettingValue>> = layers[layer] ?? {};
  return (isSettingOf(layer, name) ? said[name] : undefined) ?? null;
}
