import type { Identity } from '../../auth/identity';
import { type Children, h, type Html } from './h';

/** What was typed, by the name of the field. */
export type Typed = Readonly<Record<string, string>>;
/** What is wrong, by the name of the field; the empty name is the whole form. */
export type FieldErrors = Readonly<Record<string, string>>;

export interface FormState {
  typed: Typed;
  errors: FieldErrors;
}

/** The proof that a form is of our own page. */
export const csrfField = ({ credential }: Pick<Identity, 'credential'>): Html | null =>
  credential.how === 'session' ? h('input', { type: 'hidden', name: '_csrf', value: credential.csrfToken }) : null;

/** A form that changes something. */
export const postForm = (caller: Identity, action: string, ...children: Children[]): Html =>
  h('form', { method: 'post', action }, csrfField(caller), ...children);

/** A form that is one button. */
export const button = (
  caller: Identity,
  action: string,
  text: string,
  { tone = '', fields = {} }: { tone?: string; fields?: Typed } = {},
): Html =>
  h(
    'form',
    { method: 'post', action, class: 'inline' },
    csrfField(caller),
    ...Object.entries(fields).map(([name, value]) => h('input', { type: 'hidden', name, value })),
    h('button', { type: 'submit', class: tone }, text),
  );

interface FieldOptions {
  type?: 'text' | 'password' | 'email' | 'url';
  hint?: Children;
  required?: boolean;
  autocomplete?: string;
  placeholder?: string;
  /** A field for several lines. */
  rows?: number;
}

/** A labelled field with its hint, what was typed, and what is wrong with it. A password is never sent back. */
export function field(name: string, label: string, { typed, errors }: FormState, options: FieldOptions = {}): Html {
  const { type = 'text', hint, rows, ...attributes } = options;
  const id = `field-${name}`;
  const error = errors[name];
  const value = type === 'password' ? undefined : (typed[name] ?? '');
  const described = [...(hint === undefined ? [] : [`${id}-hint`]), ...(error === undefined ? [] : [`${id}-error`])];
  const common = {
    id,
    name,
    ...attributes,
    'aria-invalid': error !== undefined ? 'true' : null,
    'aria-describedby': described.join(' ') || null,
  };
  return h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    rows === undefined ? h('input', { type, value, ...common }) : h('textarea', { rows, ...common }, value),
    hint !== undefined && h('p', { id: `${id}-hint`, class: 'hint' }, hint),
    error !== undefined && h('p', { id: `${id}-error`, class: 'error' }, error),
  );
}

export const checkbox = (name: string, label: string, checked: boolean, hint?: Children, value = 'on'): Html =>
  h(
    'label',
    { class: 'check' },
    h('input', { type: 'checkbox', name, value, checked }),
    h('span', null, label, hint !== undefined && h('small', null, hint)),
  );

export const radio = (name: string, value: string, label: string, chosen: string, hint?: Children): Html =>
  h(
    'label',
    { class: 'check' },
    h('input', { type: 'radio', name, value, checked: value === chosen }),
    h('span', null, label, hint !== undefined && h('small', null, hint)),
  );

/** What is wrong with the form as a whole, for those who do not see the fields. */
export function formErrors({ errors }: FormState): Html | null {
  const count = Object.keys(errors).length;
  if (count === 0) return null;
  const text = errors[''] ?? 'Something in this form is not right: look at the marked fields. Secrets have to be typed again.';
  return h('div', { class: 'notice bad', role: 'alert' }, text);
}

export const fieldError = ({ errors }: FormState, name: string): Html | null =>
  errors[name] === undefined ? null : h('p', { class: 'error' }, errors[name]);
