import { z } from 'zod';
import { Secret } from './secret';
import { optionalText, textOr, urlText, wordList } from './variables';

/** Signing in at an OpenID Connect provider. */
export interface OidcConfig {
  /** Of the provider; its `/.well-known/openid-configuration` is read. */
  issuer: string;
  clientId: string;
  clientSecret: Secret<string>;
  scopes: readonly string[];
  /** Name of the claim that lists the groups of a person. */
  groupsClaim: string;
  /** Names of the roles that each group gives, by the name of the group. */
  rolesOfGroup: Readonly<Record<string, readonly string[]>>;
  /** Name of the claim that says who the person is in NetBox. */
  netboxUserClaim: string | undefined;
  /** Words on the button of the sign-in page. */
  button: string;
}

const variables = z.object({
  PROXBOX_PUBLIC_URL: urlText(['https:', 'http:'], 'https://proxbox.example.com').refine(
    url => url === undefined || isOrigin(url),
    'give a URL without user, path or query, such as https://proxbox.example.com',
  ),
  PROXBOX_OIDC_ISSUER: urlText(['https:', 'http:'], 'https://login.example.com/realms/main').refine(
    url => url === undefined || isConfidential(url),
    'give an https URL: over http only a provider on this host can be believed',
  ),
  PROXBOX_OIDC_CLIENT_ID: optionalText,
  PROXBOX_OIDC_CLIENT_SECRET: optionalText,
  PROXBOX_OIDC_SCOPES: wordList(['openid', 'profile', 'email']).refine(
    scopes => scopes.includes('openid'),
    'give a list that has openid in it',
  ),
  PROXBOX_OIDC_GROUPS_CLAIM: textOr('groups'),
  PROXBOX_OIDC_ROLES: wordList([]).refine(
    pairs => pairs.every(pair => /^[^=]+=[^=]+$/.test(pair)),
    'give pairs of group and role, such as netops=operator,netadmins=administrator',
  ),
  PROXBOX_OIDC_NETBOX_CLAIM: optionalText,
  PROXBOX_OIDC_BUTTON: textOr('Sign in with single sign-on'),
});

/** Where people reach this service, and how they may sign in elsewhere. */
export const signInSchema = variables.transform(
  (vars, context): { publicUrl: string | undefined; oidc: OidcConfig | undefined } => {
    const publicUrl = vars.PROXBOX_PUBLIC_URL?.replace(/\/$/, '');
    const { PROXBOX_OIDC_ISSUER: issuer, PROXBOX_OIDC_CLIENT_ID: clientId, PROXBOX_OIDC_CLIENT_SECRET: clientSecret } = vars;
    if (issuer === undefined) return { publicUrl, oidc: undefined };
    const needed = {
      PROXBOX_OIDC_CLIENT_ID: clientId,
      PROXBOX_OIDC_CLIENT_SECRET: clientSecret,
      PROXBOX_PUBLIC_URL: publicUrl,
    };
    for (const [variable, value] of Object.entries(needed)) {
      if (value === undefined)
        context.addIssue({ code: 'custom', path: [variable], message: 'give it with PROXBOX_OIDC_ISSUER: signing in needs it' });
    }
    if (clientId === undefined || clientSecret === undefined || publicUrl === undefined) return z.NEVER;
    const oidc = {
      issuer,
      clientId,
      clientSecret: new Secret(clientSecret),
      scopes: vars.PROXBOX_OIDC_SCOPES,
      groupsClaim: vars.PROXBOX_OIDC_GROUPS_CLAIM,
      rolesOfGroup: rolesOfGroup(vars.PROXBOX_OIDC_ROLES),
      netboxUserClaim: vars.PROXBOX_OIDC_NETBOX_CLAIM,
      button: vars.PROXBOX_OIDC_BUTTON,
    };
    return { publicUrl, oidc };
  },
);

function rolesOfGroup(pairs: readonly string[]): Record<string, string[]> {
  const roles = new Map<string, string[]>();
  for (const pair of pairs) {
    const [group = '', role = ''] = pair.split('=').map(word => word.trim());
    roles.set(group, [...(roles.get(group) ?? []), role]);
  }
  return Object.fromEntries(roles);
}

function isOrigin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && url.username === '' && url.pathname === '/' && url.search === '' && url.hash === '';
}

function isConfidential(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url?.hostname ?? '');
}
