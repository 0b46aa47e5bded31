import { readSecret } from '../connection/secret-input';
import type { Context } from '../context';
import { UsageError } from '../errors';
import type { OptionSpecs, Values } from '../options';

/** Flags of credentials. Secrets come from a file, standard input, a variable or an unseen answer. */
export const credentialOptions = {
  principal: {
    type: 'string',
    value: 'USER@REALM[!TOKEN]',
    help: 'Who reads: with a token id it is an API token, else a user with a password.',
  },
  'secret-file': { type: 'string', value: 'FILE', help: 'Its secret; - for standard input. Else PROXBOX_ENDPOINT_SECRET.' },
  'write-principal': { type: 'string', value: 'USER@REALM[!TOKEN]', help: "Who writes; '' removes it." },
  'write-secret-file': {
    type: 'string',
    value: 'FILE',
    help: 'Its secret; - for standard input. Else PROXBOX_ENDPOINT_WRITE_SECRET.',
  },
} as const satisfies OptionSpecs;

type CredentialValues = Values<typeof credentialOptions>;

interface Credential {
  kind: 'token' | 'password';
  principal: string;
  secret: string;
}

export interface Credentials {
  read?: Credential;
  /** Null removes it. */
  write?: Credential | null;
}

/** What the flags gave, with the secrets read. @param known principals that the endpoint has, which need not be given again. */
export async function credentialsOf(
  { env, asking }: Pick<Context, 'env' | 'asking'>,
  values: CredentialValues,
  known: { read?: string | undefined; write?: string | undefined } = {},
): Promise<Credentials> {
  const { 'secret-file': secretFile, 'write-secret-file': writeSecretFile } = values;
  if (secretFile === '-' && writeSecretFile === '-')
    throw new UsageError('Standard input can hold one secret only.', 'Give the other one in a file or a variable.');
  const read = values.principal ?? (secretFile === undefined ? undefined : known.read);
  const write = values['write-principal'] ?? (writeSecretFile === undefined ? undefined : known.write);
  const credential = async (
    principal: string,
    flag: string,
    file: string | undefined,
    variable: string,
  ): Promise<Credential> => ({
    kind: principal.includes('!') ? 'token' : 'password',
    principal,
    secret: await readSecret({ what: `The secret of ${principal}`, flag, file, variable }, env, asking),
  });
  return {
    ...(read !== undefined && { read: await credential(read, '--secret-file', secretFile, 'PROXBOX_ENDPOINT_SECRET') }),
    ...(write === '' && { write: null }),
    ...(write && { write: await credential(write, '--write-secret-file', writeSecretFile, 'PROXBOX_ENDPOINT_WRITE_SECRET') }),
  };
}
