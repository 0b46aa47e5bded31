import type { Request, RequestHandler, Response } from 'express';
import {
  claimKey,
  IDEMPOTENCY_HOURS,
  keepAnswer,
  releaseKey,
  type RequestKey,
} from '../../database/repositories/idempotency-keys';
import type { Sealed } from '../../database/secrets';
import type { Identity } from '../auth/identity';
import type { ApiDependencies } from '../dependencies';
import { Problem, TemporalUnavailableError } from '../errors';
import { answerOf, fingerprintOf, type KeptAnswer, keptAnswerSchema, placeOf } from './kept-answer';

type Needs = Pick<ApiDependencies, 'database' | 'secrets' | 'log'>;

/**
 * Lets a handler run once for all requests of a caller with one `Idempotency-Key`. What it answered is kept, encrypted, and given again to the
 * same request. A request that was refused did nothing, and leaves its key free; one that failed in a way that leaves open what was done keeps
 * it taken.
 */
export function idempotent(needs: Needs, handler: RequestHandler): RequestHandler {
  return async (req, res, next) => {
    const request = requestKeyOf(req, res.locals.caller);
    if (request === undefined) return handler(req, res, next);

    const claim = await claimKey(needs.database, request);
    if (claim.state === 'unanswered') throw unanswered(claim.overdue);
    const fingerprint = fingerprintOf(req);
    if (claim.state === 'answered') return replay(res, openAnswer(needs, request, claim.sealed), fingerprint);

    keepWhenAnswered(needs, request, fingerprint, res);
    try {
      await handler(req, res, next);
    } catch (error) {
      if (didNothing(error)) await releaseKey(needs.database, request);
      throw error;
    }
  };
}

function requestKeyOf(req: Request, caller: Identity): RequestKey | undefined {
  const key = req.get('idempotency-key');
  if (key === undefined) return undefined;
  if (!/^[!-~]{1,255}$/.test(key)) {
    throw new Problem('invalid-header', 'An Idempotency-Key has 1 to 255 visible ASCII characters, such as a UUID.');
  }
  return { caller: caller.userId ?? caller.name, key };
}

/** The answer leaves only after it is kept: whoever has it can ask for it again. */
function keepWhenAnswered({ database, secrets, log }: Needs, request: RequestKey, fingerprint: string, res: Response): void {
  const end = res.end;
  const keep = async (answer: Omit<KeptAnswer, 'fingerprint'>): Promise<void> => {
    const kept: KeptAnswer = { fingerprint, ...answer };
    await keepAnswer(database, request, secrets.seal(JSON.stringify(kept), placeOf(request)));
  };
  res.end = (...args: unknown[]) => {
    res.end = end;
    const finish = (): void => void Reflect.apply(end, res, args);
    if (res.statusCode >= 400) finish();
    else {
      keep(answerOf(res, args[0]))
        .catch((error: unknown) => log.error({ requestId: res.locals.requestId, err: error }, 'an answer could not be kept'))
        .finally(finish);
    }
    return res;
  };
}

function replay(res: Response, kept: KeptAnswer, fingerprint: string): void {
  if (kept.fingerprint !== fingerprint) {
    throw reused('Another request was sent with this Idempotency-Key. Give each request a key of its own.');
  }
  res.status(kept.status).set(kept.headers).set('Idempotency-Replayed', 'true').end(kept.body);
}

function openAnswer({ secrets }: Needs, request: RequestKey, sealed: Sealed): KeptAnswer {
  let text;
  try {
    text = secrets.open(sealed, placeOf(request));
  } catch {
    throw reused('This request was done, and its answer can no longer be decrypted. Look at what it did, and use another key.');
  }
  return keptAnswerSchema.parse(JSON.parse(text));
}

const reused = (detail: string): Problem => new Problem('idempotency-key-reused', detail);

const unanswered = (overdue: boolean): Problem =>
  overdue
    ? new Problem(
        'idempotency-key-in-flight',
        `A request with this Idempotency-Key ended without an answer. Look whether it was done, then use another key; this one is taken for ${IDEMPOTENCY_HOURS} hours.`,
      )
    : new Problem('idempotency-key-in-flight', 'The first request with this Idempotency-Key is under way. Ask again soon.', {
        headers: { 'Retry-After': '1' },
      });

const didNothing = (error: unknown): boolean => error instanceof Problem || error instanceof TemporalUnavailableError;
