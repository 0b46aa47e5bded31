-- Audit: who did what. Rows are added and never changed; no purge touches them ------------------------------------------------

create table audit (
  -- Without gaps: a number that is missing is a row that was dropped.
  seq bigint primary key check (seq > 0),
  time timestamptz not null,
  -- An intent is written before an effect, its outcome after it; an event has no effect of its own.
  phase text not null check (phase in ('intent', 'outcome', 'event')),
  intent_seq bigint check (intent_seq < seq),
  action text not null check (action <> ''),
  actor_kind text not null check (actor_kind in ('user', 'service', 'system', 'unknown')),
  actor_id uuid,
  actor text not null check (actor <> ''),
  authenticated_by text not null check (authenticated_by <> ''),
  -- What the header X-Proxbox-Actor said: it identifies nobody.
  label text,
  object_type text,
  object_id text,
  endpoint_id uuid,
  run_id uuid,
  before_digest text,
  after_digest text,
  result text check (result in ('succeeded', 'refused', 'failed', 'unknown')),
  reason text,
  detail jsonb not null default '{}',
  request_id text,
  -- The chain: an HMAC under a key that is not in this database, over the row and the hash of the row before.
  key_id text not null,
  previous bytea not null check (octet_length(previous) = 32),
  hash bytea not null check (octet_length(hash) = 32),
  check ((phase = 'outcome') = (intent_seq is not null)),
  check ((phase = 'intent') = (result is null)),
  check (object_id is null or object_type is not null)
);
-- One row follows each, and each intent has one outcome.
create unique index audit_previous_key on audit (previous);
create unique index audit_outcome_key on audit (intent_seq);
create index audit_actor on audit (lower(actor), seq);
create index audit_action on audit (action, seq);
create index audit_object on audit (object_type, object_id, seq);
create index audit_endpoint on audit (endpoint_id, seq) where endpoint_id is not null;
create index audit_run on audit (run_id, seq) where run_id is not null;

create function audit_refuses_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit rows are never changed or removed'
    using errcode = 'restrict_violation', hint = 'The audit log only grows. It is exempt from every purge.';
end $$;

create trigger audit_append_only before update or delete or truncate on audit
  for each statement execute function audit_refuses_change();
-- Also for a session that plays a replica, in which other triggers are silent.
alter table audit enable always trigger audit_append_only;
