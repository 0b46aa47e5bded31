import type { OptionSpecs, Values } from './options';

/** Flags that every command takes. */
export const globalOptions = {
  url: { type: 'string', value: 'URL', help: 'Address of the API.' },
  config: { type: 'string', value: 'FILE', help: 'Configuration file with address and token.' },
  json: { type: 'boolean', help: 'Print JSON on standard output, and problems as JSON on standard error.' },
  quiet: { type: 'boolean', short: 'q', help: 'Only data and problems: no progress, no hints.' },
  'no-color': { type: 'boolean', help: 'No colours. NO_COLOR does the same.' },
  'no-input': { type: 'boolean', help: 'Never ask, also on a terminal.' },
  help: { type: 'boolean', short: 'h', help: 'Show help of the command.' },
} as const satisfies OptionSpecs;

export type GlobalValues = Values<typeof globalOptions>;
