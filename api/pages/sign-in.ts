import type { Response } from 'express';
import { ownPage } from '../auth/routes';
import { refuseOtherSites } from '../auth/same-origin';
import { setSessionCookie } from '../auth/cookie';
import { signInSchema } from '../auth/schema';
import { signIn } from '../auth/sign-in';
import type { ApiDependencies } from '../dependencies';
import { Problem, problemKinds } from '../errors';
import { check, orNull, typedOf } from './form-input';
import type { GuardedPages } from './guarded-pages';
import { field, formErrors, type FormState } from './html/form';
import { h } from './html/h';
import { sendPage } from './html/layout';
import { assetUrl } from './assets';

/** Signing in. It does what `POST /auth/login` does, and says on the page what went wrong. */
export function signInPages({ on }: GuardedPages, { database, oidc }: ApiDependencies): void {
  const button = oidc?.config.button;

  on('GET /', (_req, res) => res.redirect(303, '/ui'));

  on('GET /ui/sign-in', (req, res) => {
    const next = typeof req.query['next'] === 'string' ? req.query['next'] : '/ui';
    show(res, { typed: { next }, errors: {} }, 200, button);
  });

  on('POST /ui/sign-in', async (req, res) => {
    refuseOtherSites(req);
    const typed = typedOf(req);
    const { username = '', password = '', next = '' } = typed;
    const wanted = check(signInSchema, { username, password, ...(orNull(next) && { next }) }, typed);
    if ('errors' in wanted) return show(res, { typed, errors: wanted.errors }, 422, button);
    try {
      const session = await signIn(database, res.locals.audit, {
        ...wanted.data,
        address: req.ip,
        userAgent: req.get('user-agent'),
      });
      setSessionCookie(req, res, session.id, session.expiresAt);
    } catch (error) {
      if (!(error instanceof Problem) || !['sign-in-failed', 'locked-out'].includes(error.code)) throw error;
      if (error.code === 'locked-out') res.set(error.headers);
      return show(res, { typed, errors: { '': error.detail } }, problemKinds[error.code].status, button);
    }
    res.redirect(303, ownPage(wanted.data.next));
  });
}

function show(res: Response, state: FormState, status: number, button: string | undefined): void {
  const elsewhere = `/ui/sign-in/oidc?${new URLSearchParams({ next: state.typed['next'] ?? '/ui' }).toString()}`;
  const body = h(
    'div',
    { class: 'sign-in card' },
    h('img', { src: assetUrl('icon.svg'), alt: '', width: 48, height: 48 }),
    h('h1', null, 'Sign in to proxbox'),
    h('p', { class: 'hint' }, 'Keeps NetBox and Proxmox VE in step.'),
    formErrors(state),
    button !== undefined && h('p', null, h('a', { class: 'button primary wide', href: elsewhere }, button)),
    h(
      'form',
      { method: 'post', action: '/ui/sign-in' },
      h('input', { type: 'hidden', name: 'next', value: state.typed['next'] ?? '' }),
      field('username', 'User', state, { required: true, autocomplete: 'username' }),
      field('password', 'Password', state, { type: 'password', required: true, autocomplete: 'current-password' }),
      h('button', { type: 'submit', class: 'primary wide' }, 'Sign in'),
    ),
  );
  sendPage(res, { title: 'Sign in', body }, status);
}
