import type { SettingLayer } from './spec';

/** Of the whole installation and of single endpoints. */
export const everywhere = ['environment', 'endpoint', 'global'] as const satisfies readonly SettingLayer[];
/** Of what all endpoints share. */
export const installation = ['environment', 'global'] as const satisfies readonly SettingLayer[];
/** Only by people who know what they do: no environment switches it on. */
export const byPeople = ['global'] as const satisfies readonly SettingLayer[];
