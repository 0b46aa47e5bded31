import { UsageError } from './errors';

/** One flag, for the parser, the help and the completion. */
export interface OptionSpec {
  type: 'string' | 'boolean';
  multiple?: true;
  short?: string;
  /** What help calls the value. */
  value?: string;
  /** Values to offer in a completion. */
  choices?: readonly string[];
  help: string;
}

export type OptionSpecs = Record<string, OptionSpec>;

/** What the flags were given. */
export type Values<O extends OptionSpecs> = {
  [Name in keyof O]?: O[Name]['type'] extends 'boolean' ? boolean : O[Name] extends { multiple: true } ? string[] : string;
};

/** @throws UsageError unless the text is a number that is not negative. */
export function numberOf(text: string | undefined, flag: string, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^\d+(\.\d+)?$/.test(text)) throw new UsageError(`${flag} takes a number, not "${text}".`);
  return Number(text);
}
