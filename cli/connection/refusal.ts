import { RefusedError, UnreachableError } from '../errors';
import { exitCodes } from '../exit-codes';

/** RFC 9457, as the API sends it. */
interface ProblemBody {
  code: string;
  title: string;
  detail: string;
  traceId?: string;
  errors?: { pointer: string; detail: string }[];
}

const advice: Record<string, string> = {
  unauthenticated: 'proxbox config show',
  'permission-denied': 'Use a token of somebody who may; proxbox config show tells which one is used.',
  'not-found': 'proxbox run list; proxbox endpoint list',
  'name-taken': 'proxbox endpoint list',
  'no-endpoints': 'proxbox endpoint list',
  'endpoint-disabled': 'proxbox endpoint set NAME --enable',
  'run-open': 'proxbox run list --state running',
  'run-ended': 'proxbox run list',
  'invalid-body': 'Correct that value; proxbox help COMMAND shows the flags.',
  'invalid-query': 'Correct that value; proxbox help COMMAND shows the flags.',
  'secret-required': 'Repeat the command with --secret-file -, and --write-secret-file where there is a write credential.',
  stale: 'Repeat the command.',
  internal: 'Look for the trace id in the log of the API.',
  'temporal-unavailable': 'proxbox doctor',
  'database-unavailable': 'proxbox doctor',
};

/** What an answer means that is no success. */
export function refusal(url: string, response: Response, text: string): RefusedError | UnreachableError {
  const location = response.headers.get('location');
  if (response.status >= 300 && response.status < 400) {
    const next = location === null ? 'proxbox config show' : `Use the address that it redirects to: ${location}`;
    return new UnreachableError(url, `It answers with a redirect (${response.status}).`, next);
  }
  const problem = problemOf(text);
  if (problem === undefined) {
    return new UnreachableError(
      url,
      `It answers ${response.status} ${response.statusText}, and not as the proxbox API would.`,
      'proxbox config show',
    );
  }
  const details = (problem.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`);
  return new RefusedError({
    code: problem.code,
    what: `${problem.title}.`,
    why: details.length > 0 ? details.join(' ') : withTrace(problem),
    next: advice[problem.code],
    exitCode: response.status === 503 ? exitCodes.unreachable : exitCodes.error,
  });
}

const withTrace = ({ code, detail, traceId }: ProblemBody): string =>
  code === 'internal' && traceId !== undefined ? `${detail} Trace id: ${traceId}` : detail;

function problemOf(text: string): ProblemBody | undefined {
  try {
    const body = JSON.parse(text) as Partial<ProblemBody> | null;
    if (typeof body?.code !== 'string' || typeof body.detail !== 'string') return undefined;
    return { ...body, code: body.code, detail: body.detail, title: body.title ?? body.code };
  } catch {
    return undefined;
  }
}
