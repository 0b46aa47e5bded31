import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { Problem, problemKinds, TemporalUnavailableError } from './errors';
import { methodsOf } from './auth/route-methods';
import type { ApiLog } from './dependencies';

const RETRY_AFTER_SECONDS = 10;

export const noSuchRoute: RequestHandler = req => {
  const allowed = methodsOf(req.path);
  if (allowed.length === 0) throw new Problem('not-found', `There is nothing at ${req.path}.`);
  throw new Problem('method-not-allowed', `${req.path} has ${allowed.join(', ')}, and no ${req.method}.`, {
    headers: { Allow: allowed.join(', ') },
  });
};

/** Answers every error as `application/problem+json` (RFC 9457). Only what a `Problem` says reaches the caller; the rest is logged. */
export function answerProblems(log: ApiLog): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    if (res.headersSent) return next(error);
    const problem = toProblem(error);
    if (problem.code === 'internal' || problem.code.endsWith('-unavailable')) {
      log.error({ requestId: res.locals.requestId, err: error }, problem.detail);
    }
    sendProblem(res, problem);
  };
}

function sendProblem(res: Response, { code, detail, errors, headers }: Problem): void {
  const { status, title } = problemKinds[code];
  res.status(status).set(headers);
  if (status === 503) res.set('Retry-After', String(RETRY_AFTER_SECONDS));
  res.type('application/problem+json').send(
    JSON.stringify({
      type: `urn:proxbox:problem:${code}`,
      title,
      status,
      code,
      detail,
      ...(errors.length > 0 && { errors }),
      retryable: status === 503 || status === 429,
      traceId: res.locals.requestId,
    }),
  );
}

/** What an error means for whoever asked. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TemporalUnavailableError) {
    return new Problem('temporal-unavailable', `${error.message}. Try again soon.`);
  }
  if (textField(error, 'name') === 'URIError') return new Problem('not-found', 'The path holds a % that is no escape.');
  return (
    bodyProblem(error) ??
    databaseProblem(error) ??
    new Problem('internal', 'Something went wrong here. The log has the cause under the trace id.')
  );
}

/** Errors of the body parser, which names them by `type`. Its messages may repeat the body, and with it a secret: they are not passed on. */
function bodyProblem(error: unknown): Problem | undefined {
  switch (textField(error, 'type')) {
    case 'entity.too.large':
      return new Problem('body-too-large', 'A body may have 256 KiB.');
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return new Problem('unsupported-media-type', 'Send JSON in UTF-8.');
    case 'entity.parse.failed':
    case 'request.aborted':
    case 'request.size.invalid':
    case 'entity.verify.failed':
      return new Problem('malformed-body', 'The body is no valid JSON object.');
    default:
      return undefined;
  }
}

/**
 * No connection, one that the server closed, or a server that is too busy: SQLSTATE classes 08, 53 and 57P, transactions that got into each other's way, and
 * Node's own codes.
 */
const databaseCodes = /^(08...|53...|57P..|57014|40001|40P01|55P03|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT)$/;
/** What node-postgres says without a code: no connection of the pool is free in time, or one broke. */
const databaseWords =
  /^(timeout exceeded when trying to connect|timeout expired|Connection terminated|Client has encountered a connection error|Client was closed)/;

function databaseProblem(error: unknown): Problem | undefined {
  const code = textField(error, 'code');
  const isLost = code === undefined ? databaseWords.test(textField(error, 'message') ?? '') : databaseCodes.test(code);
  return isLost
    ? new Problem('database-unavailable', 'The database does not answer, or has too much to do. Try again soon.')
    : undefined;
}

function textField(error: unknown, name: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
