/** Where secrets are stored: each table with `key_id` and `ciphertext`. */
export interface SealedTable {
  table: string;
  /** Expression for the row's name, as the ciphertext is bound to it. */
  row: string;
}

/** Every table that holds ciphertexts; whoever adds one adds it here, so that it is encrypted anew with the others. */
export const sealedTables: readonly SealedTable[] = [
  { table: 'endpoint_credential', row: `endpoint_id || '/' || purpose` },
  { table: 'idempotency_key', row: `caller || '/' || key` },
  { table: 'intent_secret', row: 'id::text' },
  { table: 'netbox_hook', row: 'only_row::text' },
  { table: 'netbox_link_attempt', row: 'id::text' },
  { table: 'notification_target', row: 'id::text' },
];
