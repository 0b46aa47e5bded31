import { NetBoxSignInError } from '../../clients/netbox/errors';
import type { SignedIn } from '../../clients/netbox/sign-in';
import type { LinkAnswer, LinkAttempt } from '../../database/repositories/netbox-link-attempts';

export interface NetBoxLinkDeps {
  /** Once only: undefined when it was taken, or its time is over. */
  takeAttempt(id: string): Promise<LinkAttempt | undefined>;
  /** @throws NetBoxSignInError */
  signIn(login: { username: string; password: string }): Promise<SignedIn>;
  link(attemptId: string, userId: string, netboxUsername: string): Promise<'linked' | 'taken' | 'late'>;
  answer(attemptId: string, answer: LinkAnswer): Promise<unknown>;
  /** In words, what went wrong. */
  explain(error: unknown): string;
  /** What people should hear of who runs the service. */
  warn(message: string): void;
}

/** The activities that ask NetBox who a person is. */
export function createPeopleActivities(deps: NetBoxLinkDeps) {
  return {
    /** Signs in at NetBox with what a person gave, and links them with the NetBox user that they turn out to be. There is one try. */
    async proveNetBoxUser({ attemptId }: { attemptId: string }): Promise<void> {
      const answer = await answerTo(deps, attemptId);
      if (answer !== undefined) await deps.answer(attemptId, answer);
    },
  };
}

export type PeopleActivities = ReturnType<typeof createPeopleActivities>;

/** Undefined when it is answered with the link itself. */
async function answerTo(deps: NetBoxLinkDeps, attemptId: string): Promise<LinkAnswer | undefined> {
  const attempt = await deps.takeAttempt(attemptId);
  if (attempt === undefined) return { outcome: 'unavailable', message: 'It was interrupted, or took too long. Try again.' };
  try {
    const login = { username: attempt.netboxUsername, password: attempt.password.reveal() };
    const { username, tokenDeleted } = await deps.signIn(login);
    if (!tokenDeleted)
      deps.warn(`NetBox did not delete the token that ${username} signed in with: it ends by itself in minutes.`);
    const outcome = await deps.link(attemptId, attempt.userId, username);
    return outcome === 'taken'
      ? { outcome, message: `Another user is linked with the NetBox user ${username}. An administrator can end that link.` }
      : undefined;
  } catch (error) {
    if (error instanceof NetBoxSignInError) {
      return { outcome: 'refused', message: 'NetBox knows no active user with this name and password.' };
    }
    return { outcome: 'unavailable', message: deps.explain(error) };
  }
}
