import { type Children, h, type Html } from './h';

/** A part of a page under a heading of its own. */
export const section = (title: string, ...children: Children[]): Html =>
  h('section', { class: 'card' }, h('h2', null, title), ...children);

/** A table that scrolls sideways on its own where the page is narrow. */
export const table = (caption: string, heads: Children[], rows: Html[]): Html =>
  h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    h(
      'table',
      null,
      h('caption', { class: 'unseen' }, caption),
      h('thead', null, h('tr', null, ...heads.map(head => h('th', { scope: 'col' }, head)))),
      h('tbody', null, ...rows),
    ),
  );

export const row = (...cells: Children[]): Html => h('tr', null, ...cells.map(cell => h('td', null, cell)));

/** What a thing is, line by line. */
export const facts = (pairs: readonly (readonly [string, Children])[]): Html =>
  h('dl', { class: 'facts' }, ...pairs.map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))));

/** A number that one reads from afar. */
export const tile = (label: string, value: Children, tone = ''): Html =>
  h('div', { class: `tile ${tone}` }, h('strong', null, value), h('span', null, label));

export const link = (href: string, ...text: Children[]): Html => h('a', { href }, ...text);

/** Something that the reader has to know now. */
export const notice = (tone: 'good' | 'warn' | 'bad' | 'calm', ...children: Children[]): Html =>
  h('div', { class: `notice ${tone}`, role: tone === 'bad' ? 'alert' : 'status' }, ...children);

export const empty = (...children: Children[]): Html => h('p', { class: 'empty' }, ...children);

/** A page's heading, with what one can do beside it. */
export const heading = (title: Children, ...actions: Children[]): Html =>
  h('header', { class: 'heading' }, h('h1', null, title), h('div', { class: 'actions' }, ...actions));

/** Choices of a list, which the address holds, so that they can be linked to. */
export const filters = (label: string, ...fields: Children[]): Html =>
  h(
    'form',
    { method: 'get', class: 'filters', role: 'search', 'aria-label': label },
    ...fields,
    h('button', { type: 'submit', class: 'quiet' }, 'Filter'),
  );

export const choice = (
  name: string,
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen: string | undefined,
): Html =>
  h(
    'label',
    null,
    label,
    h('select', { name }, ...options.map(([value, text]) => h('option', { value, selected: value === (chosen ?? '') }, text))),
  );
