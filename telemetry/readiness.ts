import { setTimeout as sleep } from 'node:timers/promises';

/** One thing without which a process cannot do its work. */
export interface ReadinessCheck {
  /** In a word, such as `database`. */
  part: string;
  /** What is wrong, in words for anybody who asks (no addresses, no secrets); undefined when nothing is. May reject: then `unanswered` holds. */
  problem: () => Promise<string | undefined>;
  /** What is said when there is no answer. */
  unanswered: string;
}

export interface Readiness {
  status: 'ready' | 'not-ready';
  problems: { part: string; problem: string }[];
}

/** Longer than this counts as no answer: whoever asks has a timeout, too. */
const ANSWER_MS = 3_000;

/** Asks everything at once. */
export async function readinessOf(checks: readonly ReadinessCheck[]): Promise<Readiness> {
  const answers = await Promise.all(checks.map(async check => ({ part: check.part, problem: await inTime(check) })));
  const problems = answers.flatMap(({ part, problem }) => (problem === undefined ? [] : [{ part, problem }]));
  return { status: problems.length === 0 ? 'ready' : 'not-ready', problems };
}

async function inTime({ problem, unanswered }: ReadinessCheck): Promise<string | undefined> {
  const answered = new AbortController();
  const late = sleep(ANSWER_MS, unanswered, { signal: answered.signal }).catch(() => unanswered);
  try {
    return await Promise.race([problem().catch(() => unanswered), late]);
  } finally {
    answered.abort();
  }
}
