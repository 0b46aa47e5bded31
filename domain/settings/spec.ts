/**
 * Where a setting can be decided:
 * - `environment`: a variable of the processes;
 * - `endpoint`: for one endpoint, by people;
 * - `global`: for the whole installation, by people.
 */
export type SettingLayer = 'environment' | 'endpoint' | 'global';

interface Described {
  /** Heading under which people find it. */
  group: string;
  /** What it does, in a sentence or two. */
  description: string;
  layers: readonly SettingLayer[];
  /** A `run` keeps what it found at its start. What is used beyond single runs is read when the worker starts. */
  takesEffect: 'next-run' | 'worker-start';
}

export interface FlagSpec extends Described {
  type: 'flag';
  default: boolean;
}

/** A whole number. */
export interface NumberSpec extends Described {
  type: 'number';
  default: number;
  min: number;
  max: number;
  /** What is counted, in the plural. */
  unit: string;
}

export interface ChoiceSpec extends Described {
  type: 'choice';
  default: string;
  choices: readonly [string, ...string[]];
}

/** A list of words. An empty one is a value, too. */
export interface WordsSpec extends Described {
  type: 'words';
  default: readonly string[];
}

export interface TextSpec extends Described {
  type: 'text';
  default: string;
}

export type SettingSpec = FlagSpec | NumberSpec | ChoiceSpec | WordsSpec | TextSpec;

export type SettingValue = boolean | number | string | readonly string[];

/** The values that a specification allows. */
export type ValueOf<Spec extends SettingSpec> = Spec extends FlagSpec
  ? boolean
  : Spec extends NumberSpec
    ? number
    : Spec extends ChoiceSpec
      ? Spec['choices'][number]
      : Spec extends WordsSpec
        ? readonly string[]
        : string;

export const MOST_WORDS = 200;
export const LONGEST_WORD = 64;
export const LONGEST_TEXT = 64;

/** Why a value is not one that the specification allows; undefined when it is. */
export function problemOf(spec: SettingSpec, value: unknown): string | undefined {
  switch (spec.type) {
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'Give true or false.';
    case 'number':
      return typeof value === 'number' && Number.isInteger(value) && value >= spec.min && value <= spec.max
        ? undefined
        : `Give a whole number of ${spec.unit} from ${spec.min} to ${spec.max}.`;
    case 'choice':
      return typeof value === 'string' && spec.choices.includes(value) ? undefined : `Give one of ${spec.choices.join(', ')}.`;
    case 'words':
      return isWordList(value)
        ? undefined
        : `Give a list of at most ${MOST_WORDS} words of 1 to ${LONGEST_WORD} characters each.`;
    case 'text':
      return isPlain(value, 0, LONGEST_TEXT) ? undefined : `Give a text of at most ${LONGEST_TEXT} characters.`;
  }
}

const isWordList = (value: unknown): boolean =>
  Array.isArray(value) && value.length <= MOST_WORDS && value.every(word => isPlain(word, 1, LONGEST_WORD));

const isPlain = (value: unknown, min: number, max: number): boolean =>
  typeof value === 'string' &&
  value.length >= min &&
  value.length <= max &&
  value === value.trim() &&
  !/[\p{Cc}\p{Cs}]/u.test(value);
