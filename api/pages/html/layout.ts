import type { Response } from 'express';
import type { Identity } from '../../auth/identity';
import { assetUrl } from '../assets';
import { csrfField } from './form';
import { type Children, h, type Html, render } from './h';
import { navigation, type Place } from './navigation';

export interface Page {
  title: string;
  /** Where in the navigation this page belongs. */
  place?: Place;
  body: Children;
  /** Seconds after which a browser without scripts loads the page again. */
  refresh?: number | undefined;
}

/** Answers with a whole page; whoever is signed in sees where they can go. */
export function sendPage(res: Response, page: Page, status = 200): void {
  res
    .status(status)
    .type('html')
    .send(`<!doctype html>${render(document(page, callerOf(res)))}`);
}

/** Answers with a part of a page. */
export function sendFragment(res: Response, html: Html): void {
  res.type('html').send(render(html));
}

/** Nobody on pages for everybody, and when somebody could not be identified. */
function callerOf(res: Response): Identity | undefined {
  const locals: Partial<Response['locals']> = res.locals;
  return locals.caller;
}

/** Styles and scripts are files of ours: nothing inline runs, and nothing is evaluated. */
const htmxConfig = JSON.stringify({ includeIndicatorCSS: false, history: false });

const document = ({ title, place, body, refresh }: Page, caller: Identity | undefined): Html =>
  h(
    'html',
    { lang: 'en' },
    h(
      'head',
      null,
      h('meta', { charset: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('meta', { name: 'color-scheme', content: 'light dark' }),
      h('meta', { name: 'htmx-config', content: htmxConfig }),
      refresh !== undefined && h('noscript', null, h('meta', { 'http-equiv': 'refresh', content: String(refresh) })),
      h('title', null, `${title} · proxbox`),
      h('link', { rel: 'icon', href: assetUrl('icon.svg'), type: 'image/svg+xml' }),
      h('link', { rel: 'stylesheet', href: assetUrl('style.css') }),
      h('script', { src: assetUrl('htmx.js'), defer: true }),
      h('script', { src: assetUrl('hx-sse.js'), defer: true }),
      h('script', { src: assetUrl('times.js'), defer: true }),
    ),
    h(
      'body',
      null,
      h('a', { class: 'skip', href: '#main' }, 'Skip to the content'),
      caller !== undefined && bar(caller, place),
      h('main', { id: 'main' }, body),
    ),
  );

const bar = (caller: Identity, place: Place | undefined): Html =>
  h(
    'header',
    { class: 'bar' },
    h('a', { class: 'brand', href: '/ui' }, h('img', { src: assetUrl('icon.svg'), alt: '', width: 22, height: 22 }), 'proxbox'),
    h(
      'nav',
      { 'aria-label': 'Main' },
      ...navigation
        .filter(({ shown }) => shown(caller))
        .map(item => h('a', { href: item.href, 'aria-current': item.place === place ? 'page' : null }, item.text)),
    ),
    h(
      'div',
      { class: 'who' },
      h('a', { href: '/ui/account', 'aria-current': place === 'account' ? 'page' : null }, caller.username),
      h(
        'form',
        { method: 'post', action: '/auth/logout', class: 'inline' },
        csrfField(caller),
        h('button', { type: 'submit', class: 'quiet' }, 'Sign out'),
      ),
    ),
  );
