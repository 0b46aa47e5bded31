-- Answers to requests with an Idempotency-Key: the same request again gets the same answer, and does nothing --------------------

create table idempotency_key (
  -- Id of a user, or the name of a key that is nobody's.
  caller text not null,
  key text not null,
  created_at timestamptz not null default now(),
  -- What was asked and answered, encrypted, since an answer may show a secret. Null while the request is under way; null for good when its
  -- process ended first.
  key_id text,
  ciphertext bytea,
  primary key (caller, key),
  check ((key_id is null) = (ciphertext is null))
);
create index idempotency_key_created_at on idempotency_key (created_at);
