import type { Permission } from '../../domain/people/permissions';
import { type EndpointSet, type Grant, type Rights, rightsOf } from '../../domain/people/rights';

/** Who a request comes from. Nothing of it is what the caller says about themselves. */
export interface Identity {
  /** `service` proves no person: it satisfies no rule about who asks and who approves. */
  kind: 'user' | 'service';
  /** Null for the key of the environment. */
  userId: string | null;
  username: string;
  /** How runs and audit rows name it: a username, or `api-key:environment`. */
  name: string;
  how: 'token' | 'session' | 'environment';
  /** Without an endpoint the question is about the installation as a whole. */
  permissions: (permission: Permission, endpointId?: string) => boolean;
  endpointsWith: (permission: Permission) => EndpointSet;
  /** Whether an endpoint, or the installation as a whole, exists for it at all. */
  sees: (endpointId?: string) => boolean;
  credential: Credential;
}

export type Credential =
  | { how: 'environment' }
  | { how: 'token'; tokenId: string; permissions: readonly string[] | null; expiresAt: Date | null }
  | { how: 'session'; idHash: Buffer; csrfToken: string };

/** The key of the environment: it may do everything, and is nobody. */
export const environmentIdentity: Identity = {
  kind: 'service',
  userId: null,
  username: 'environment',
  name: 'api-key:environment',
  how: 'environment',
  permissions: () => true,
  endpointsWith: () => 'all',
  sees: () => true,
  credential: { how: 'environment' },
};

export interface KnownUser {
  userId: string;
  username: string;
}

/** A user by a token. One that somebody else made has the user's rights, but its user may never have seen it. */
export function tokenIdentity(
  { userId, username }: KnownUser,
  { own, ...token }: { tokenId: string; own: boolean; permissions: readonly string[] | null; expiresAt: Date | null },
  grants: readonly Grant[],
): Identity {
  return {
    kind: own ? 'user' : 'service',
    userId,
    username,
    name: username,
    how: 'token',
    ...questionsOf(rightsOf(grants, token.permissions)),
    credential: { how: 'token', ...token },
  };
}

export function sessionIdentity(
  { userId, username }: KnownUser,
  session: { idHash: Buffer; csrfToken: string },
  grants: readonly Grant[],
): Identity {
  return {
    kind: 'user',
    userId,
    username,
    name: username,
    how: 'session',
    ...questionsOf(rightsOf(grants)),
    credential: { how: 'session', ...session },
  };
}

const questionsOf = ({ holds, endpointsWith, sees }: Rights) => ({ permissions: holds, endpointsWith, sees });
