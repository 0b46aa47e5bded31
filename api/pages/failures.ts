import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { ApiLog } from '../dependencies';
import { Problem, problemKinds } from '../errors';
import { toProblem } from '../problem-json';
import { h } from './html/h';
import { sendPage } from './html/layout';
import { link } from './html/parts';

export const noSuchPage: RequestHandler = () => {
  throw new Problem('not-found', 'There is no such page.');
};

/** Answers every error of a page as a page. Who is not signed in goes to sign in, and from there to where they wanted. */
export function answerFailures(log: ApiLog): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) return next(error);
    const problem = toProblem(error);
    if (problem.code === 'unauthenticated') {
      const wanted = req.method === 'GET' && req.get('hx-request') === undefined ? req.originalUrl : '/ui';
      const signIn = `/ui/sign-in?${new URLSearchParams({ next: wanted }).toString()}`;
      if (req.get('hx-request') !== undefined) return void res.set('HX-Redirect', signIn).status(204).end();
      return res.redirect(303, signIn);
    }
    const { status, title } = problemKinds[problem.code];
    if (status >= 500) log.error({ requestId: res.locals.requestId, err: error }, problem.detail);
    res.set(problem.headers);
    if (status === 503) res.set('Retry-After', '10');
    const body = h(
      'div',
      { class: 'failure card' },
      h('p', { class: 'code' }, status),
      h('h1', null, title),
      h('p', null, problem.detail),
      h('p', null, link('/ui', 'Go to the overview')),
      h('p', { class: 'hint' }, `Trace id ${res.locals.requestId}`),
    );
    sendPage(res, { title, body }, status);
  };
}
