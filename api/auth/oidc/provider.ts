import { createHash, randomBytes } from 'node:crypto';
import type * as Openid from 'openid-client';
import type { OidcConfig } from '../../../config/oidc';
import { Problem } from '../../errors';

/** Where the provider sends people back to. */
export const CALLBACK = '/ui/sign-in/oidc/callback';

/** Somebody who is about to go to the provider. */
export interface Departure {
  /** Address at the provider. */
  url: URL;
  /** Comes back with them. */
  state: string;
  /** For a cookie: what proves that the answer is theirs is derived from it. */
  cookie: string;
}

/** Who the provider says that somebody is. */
export interface ExternalPerson {
  issuer: string;
  subject: string;
  /** What they are called there, if it says so; nobody is found by it. */
  username: string | undefined;
  displayName: string;
  email: string | undefined;
  groups: string[];
  netboxUsername: string | undefined;
}

/** An OpenID Connect provider: authorization code with PKCE, state and nonce. */
export interface OidcProvider {
  /** @throws Problem `sign-in-unavailable` */
  depart(): Promise<Departure>;
  /**
   * @param query of the address that the provider sent them to.
   * @throws Problem `sign-in-refused`, `sign-in-unavailable`
   */
  arrive(query: string, state: string, cookie: string): Promise<ExternalPerson>;
}

const TIMEOUT_SECONDS = 10;
/** Errors of the client that mean that the provider gave no usable answer, rather than a wrong one. */
const NO_ANSWER = /^OAUTH_(TIMEOUT|RESPONSE_IS_NOT_|PARSE_ERROR|HTTP_REQUEST_FORBIDDEN|DECRYPTION)/;
/** The form of OAuth's error codes. Other text may repeat what the provider was sent, our secret with it. */
const ERROR_CODE = /^[a-z_]{1,60}$/;

export function createOidcProvider(config: OidcConfig, publicUrl: string): OidcProvider {
  const redirectUri = `${publicUrl}${CALLBACK}`;
  let discovered: Promise<Openid.Configuration> | undefined;

  /** Read when it is first needed; a provider that was down is asked again. */
  const provider = async (): Promise<{ client: typeof Openid; found: Openid.Configuration }> => {
    const client = await import('openid-client');
    discovered ??= client.discovery(new URL(config.issuer), config.clientId, config.clientSecret.reveal(), undefined, {
      timeout: TIMEOUT_SECONDS,
      ...(config.issuer.startsWith('http:') && { execute: [client.allowInsecureRequests] }),
    });
    try {
      return { client, found: await discovered };
    } catch (error) {
      discovered = undefined;
      throw unavailable(error);
    }
  };

  return {
    async depart() {
      const { client, found } = await provider();
      const [state, cookie] = [randomText(), randomText()];
      const url = client.buildAuthorizationUrl(found, {
        redirect_uri: redirectUri,
        scope: config.scopes.join(' '),
        code_challenge: await client.calculatePKCECodeChallenge(derived(cookie, 'verifier')),
        code_challenge_method: 'S256',
        state,
        nonce: derived(cookie, 'nonce'),
      });
      return { url, state, cookie };
    },

    async arrive(query, state, cookie) {
      const { client, found } = await provider();
      try {
        const tokens = await client.authorizationCodeGrant(found, new URL(`${redirectUri}?${query}`), {
          expectedState: state,
          expectedNonce: derived(cookie, 'nonce'),
          pkceCodeVerifier: derived(cookie, 'verifier'),
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new Error('the answer has no ID token');
        const asks = claims[config.groupsClaim] === undefined && found.serverMetadata().userinfo_endpoint !== undefined;
        const more = asks ? await client.fetchUserInfo(found, tokens.access_token, claims.sub) : {};
        return personOf(config, { ...more, ...claims });
      } catch (error) {
        throw refused(error);
      }
    },
  };
}

function personOf(config: OidcConfig, claims: Record<string, unknown>): ExternalPerson {
  const text = (name: string): string | undefined => {
    const value = claims[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const groups = claims[config.groupsClaim];
  return {
    issuer: text('iss') ?? '',
    subject: text('sub') ?? '',
    username: text('preferred_username'),
    displayName: text('name') ?? '',
    email: text('email'),
    groups: (Array.isArray(groups) ? groups : [groups]).filter(group => typeof group === 'string'),
    netboxUsername: config.netboxUserClaim === undefined ? undefined : text(config.netboxUserClaim),
  };
}

function refused(error: unknown): Problem {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  const network = error instanceof TypeError && error.message === 'fetch failed';
  if (network || (typeof code === 'string' && NO_ANSWER.test(code))) return unavailable(error);
  const said: unknown = error instanceof Error ? Reflect.get(error, 'error') : undefined;
  const why = typeof said === 'string' && ERROR_CODE.test(said) ? `it said ${said}` : 'its answer is not the one to this sign-in';
  return new Problem('sign-in-refused', `The sign-in provider did not confirm who you are: ${why}. Begin again.`);
}

const unavailable = (error: unknown): Problem =>
  new Problem(
    'sign-in-unavailable',
    `The sign-in provider does not answer as it should${error instanceof Error ? ` (${error.message})` : ''}. Try again later, or sign in with a password.`,
  );

const randomText = (): string => randomBytes(32).toString('base64url');

/** Two secrets from one cookie, so that the database holds neither. */
const derived = (cookie: string, what: 'verifier' | 'nonce'): string =>
  createHash('sha256').update(`${what}:${cookie}`, 'utf8').digest('base64url');
