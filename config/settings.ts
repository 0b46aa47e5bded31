import { z } from 'zod';
import { type LayerValues, settingNames, specOf, variableOf } from '../domain/settings/register';
import type { SettingSpec } from '../domain/settings/spec';
import { flag, oneOf, optionalText, wholeNumber, wordList } from './variables';

/** How a variable of a setting is read; `undefined` when it is not set, so that other layers decide. */
function parserOf(spec: SettingSpec): z.ZodType {
  switch (spec.type) {
    case 'flag':
      return flag(undefined);
    case 'number':
      return wholeNumber(undefined, { min: spec.min, max: spec.max, what: `a whole number of ${spec.unit}` });
    case 'choice':
      return oneOf(spec.choices, undefined);
    case 'words':
      return wordList(undefined);
    case 'text':
      return optionalText;
  }
}

const variables = settingNames.flatMap(name => {
  const variable = variableOf(name);
  return variable === undefined ? [] : [{ name, variable, parser: parserOf(specOf(name)) }];
});

/** What the environment says about settings: each by its name, absent where its variable is not set. */
export const settingsSchema = z
  .object(Object.fromEntries(variables.map(({ variable, parser }) => [variable, parser])))
  .transform((values): LayerValues<'environment'> => {
    const given = variables
      .map(({ name, variable }) => [name, values[variable]] as const)
      .filter(([, value]) => value !== undefined);
    return Object.fromEntries(given);
  });
