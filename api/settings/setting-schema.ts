import { z } from 'zod';
import { isSettingOf, settingNames, type SettingOf, type SettingValues, specOf } from '../../domain/settings/register';
import {
  LONGEST_TEXT,
  LONGEST_WORD,
  MOST_WORDS,
  type SettingLayer,
  type SettingSpec,
  type SettingValue,
} from '../../domain/settings/spec';
import { plainText } from '../text';

/** What a request may say about the settings of a layer: a value of each, or null for "not decided here". */
type Shape<Layer extends SettingLayer> = { [Name in SettingOf<Layer>]: z.ZodType<SettingValues[Name] | null> };

export const endpointShape = shapeOf('endpoint') as Shape<'endpoint'>;
export const globalShape = shapeOf('global') as Shape<'global'>;

function shapeOf(layer: SettingLayer): Record<string, z.ZodType<SettingValue | null>> {
  const names = settingNames.filter(name => isSettingOf(layer, name));
  return Object.fromEntries(names.map(name => [name, settingSchema(specOf(name)).nullable()]));
}

function settingSchema(spec: SettingSpec): z.ZodType<SettingValue> {
  return bare(spec).describe(spec.description);
}

function bare(spec: SettingSpec): z.ZodType<SettingValue> {
  switch (spec.type) {
    case 'flag':
      return z.boolean();
    case 'number':
      return z.number().int().min(spec.min).max(spec.max);
    case 'choice':
      return z.enum(spec.choices);
    case 'words':
      return z.array(plainText(LONGEST_WORD)).max(MOST_WORDS);
    case 'text':
      return z.union([z.literal(''), plainText(LONGEST_TEXT)]);
  }
}
