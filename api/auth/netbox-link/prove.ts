import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Secret } from '../../../config/secret';
import {
  answerLinkAttempt,
  findLinkAnswer,
  insertLinkAttempt,
  type LinkAnswer,
  type LinkOutcome,
} from '../../../database/repositories/netbox-link-attempts';
import { workflowIds } from '../../../workflows/names';
import type { ApiDependencies } from '../../dependencies';
import { Problem, type ProblemCode } from '../../errors';
import { attempt } from '../attempts';
import { hashOf } from '../tokens';

type Needs = Pick<ApiDependencies, 'database' | 'temporal' | 'secrets'>;

/** A sign-in at NetBox takes about two seconds. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 150;

/**
 * Links a person with the NetBox user that they sign in as there, audited, and gives that user's name. The password goes, encrypted, into a row
 * that the worker takes it out of; no workflow carries it.
 * @throws Problem `netbox-sign-in-failed`, `netbox-user-taken`, `netbox-unavailable`, `locked-out`; TemporalUnavailableError
 */
export async function proveNetBoxUser(
  needs: Needs,
  { caller, audit }: Pick<Express.Locals, 'caller' | 'audit'>,
  person: { userId: string; netboxUsername: string; password: Secret<string> },
): Promise<string> {
  const { userId, netboxUsername } = person;
  const prove = async (): Promise<string> => {
    let answer: LinkAnswer = late;
    await attempt(needs.database, [hashOf(`netbox-link:${userId}`)], async () => {
      answer = await ask(needs, caller.name, person);
      return answer.outcome === 'linked' || answer.outcome === 'taken';
    });
    if (answer.outcome !== 'linked') throw refusal(answer.outcome, answer.message);
    return answer.message;
  };
  return audit.effect(
    {
      action: 'user.link-netbox',
      object: { type: 'user', id: userId },
      detail: { username: caller.username, netboxUsername, proof: 'signed in at NetBox' },
    },
    prove,
    linked => ({ detail: { netboxUsername: linked } }),
  );
}

async function ask(
  { database, temporal, secrets }: Needs,
  actor: string,
  person: Parameters<typeof insertLinkAttempt>[3],
): Promise<LinkAnswer> {
  const attemptId = randomUUID();
  await insertLinkAttempt(database, secrets, attemptId, person);
  try {
    await temporal.ask({
      type: 'netboxLink',
      workflowId: workflowIds.netboxLink(attemptId),
      input: { attemptId },
      actor,
      summary: `${actor} proves who they are in NetBox`,
    });
  } catch (error) {
    await answerLinkAttempt(database, attemptId, late);
    throw error;
  }
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await findLinkAnswer(database, attemptId);
    if (answer !== undefined) return answer;
    // Whoever answers first decides: after this nothing is linked any more.
    if (Date.now() > deadline && (await answerLinkAttempt(database, attemptId, late))) return late;
    await sleep(PAUSE_MS);
  }
}

const late: LinkAnswer = {
  outcome: 'unavailable',
  message: 'No answer came in time: NetBox is slow, or no worker is running. Nothing was linked.',
};

const codes: Readonly<Record<Exclude<LinkOutcome, 'linked'>, ProblemCode>> = {
  refused: 'netbox-sign-in-failed',
  taken: 'netbox-user-taken',
  unavailable: 'netbox-unavailable',
};

const refusal = (outcome: Exclude<LinkOutcome, 'linked'>, message: string): Problem => new Problem(codes[outcome], message);
