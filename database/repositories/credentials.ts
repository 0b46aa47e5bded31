import { Secret } from '../../config/secret';
import type { Queryable } from '../queryable';
import type { SecretBox, SecretPlace } from '../secrets';

export type CredentialPurpose = 'read' | 'write';
export type CredentialKind = 'token' | 'password';

/** How an endpoint is signed in to. */
export interface Credential {
  kind: CredentialKind;
  /** `user@realm!token` of a token, `user@realm` of a password. */
  principal: string;
  secret: Secret<string>;
}

/** What may be shown of a credential. */
export interface CredentialSummary {
  endpointId: string;
  purpose: CredentialPurpose;
  kind: CredentialKind;
  principal: string;
}

interface SealedRow {
  kind: CredentialKind;
  principal: string;
  key_id: string;
  ciphertext: Buffer;
}

/**
 * The credential that reflection reads Proxmox with; undefined when the endpoint is gone.
 * @throws WrongEncryptionKeyError, SecretAlteredError
 */
export async function readCredential(
  db: Queryable,
  secrets: Pick<SecretBox, 'open'>,
  endpointId: string,
): Promise<Credential | undefined> {
  const { rows } = await db.query<SealedRow>(
    `select kind, principal, key_id, ciphertext from endpoint_credential where endpoint_id = $1 and purpose = 'read'`,
    [endpointId],
  );
  return opened(secrets, endpointId, 'read', rows[0]);
}

/**
 * The credential that changes guests; undefined unless the endpoint allows writes and has one. Never given to reflection.
 * @throws WrongEncryptionKeyError, SecretAlteredError
 */
export async function writeCredential(
  db: Queryable,
  secrets: Pick<SecretBox, 'open'>,
  endpointId: string,
): Promise<Credential | undefined> {
  const { rows } = await db.query<SealedRow>(
    `select c.kind, c.principal, c.key_id, c.ciphertext
       from endpoint_credential c join endpoint e on e.id = c.endpoint_id and e.allow_writes
      where c.endpoint_id = $1 and c.purpose = 'write'`,
    [endpointId],
  );
  return opened(secrets, endpointId, 'write', rows[0]);
}

export async function putCredential(
  db: Queryable,
  secrets: Pick<SecretBox, 'seal'>,
  endpointId: string,
  purpose: CredentialPurpose,
  { kind, principal, secret }: Credential,
): Promise<void> {
  const { keyId, ciphertext } = secrets.seal(secret.reveal(), place(endpointId, purpose));
  await db.query(
    `insert into endpoint_credential (endpoint_id, purpose, kind, principal, key_id, ciphertext) values ($1, $2, $3, $4, $5, $6)
     on conflict (endpoint_id, purpose) do update
        set kind = excluded.kind, principal = excluded.principal, key_id = excluded.key_id, ciphertext = excluded.ciphertext,
            updated_at = now()`,
    [endpointId, purpose, kind, principal, keyId, ciphertext],
  );
}

export async function dropWriteCredential(db: Queryable, endpointId: string): Promise<void> {
  await db.query(`delete from endpoint_credential where endpoint_id = $1 and purpose = 'write'`, [endpointId]);
}

/** The credentials of some endpoints, without anything secret. */
export async function summariseCredentials(db: Queryable, endpointIds: readonly string[]): Promise<CredentialSummary[]> {
  const { rows } = await db.query<{ endpoint_id: string; purpose: CredentialPurpose; kind: CredentialKind; principal: string }>(
    'select endpoint_id, purpose, kind, principal from endpoint_credential where endpoint_id = any($1::uuid[])',
    [endpointIds],
  );
  return rows.map(row => ({ endpointId: row.endpoint_id, purpose: row.purpose, kind: row.kind, principal: row.principal }));
}

function opened(
  secrets: Pick<SecretBox, 'open'>,
  endpointId: string,
  purpose: CredentialPurpose,
  row: SealedRow | undefined,
): Credential | undefined {
  if (row === undefined) return undefined;
  const secret = secrets.open({ keyId: row.key_id, ciphertext: row.ciphertext }, place(endpointId, purpose));
  return { kind: row.kind, principal: row.principal, secret: new Secret(secret) };
}

const place = (endpointId: string, purpose: CredentialPurpose): SecretPlace => ({
  table: 'endpoint_credential',
  row: `${endpointId}/${purpose}`,
  column: 'ciphertext',
});
