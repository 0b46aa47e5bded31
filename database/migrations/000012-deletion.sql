-- Deletion requests: the durable wait between "someone wants this guest gone" and the one call that destroys it ----------------

create table deletion_request (
  id uuid primary key,
  -- Without a foreign key: what was asked for and decided is kept when the endpoint is deleted.
  endpoint_id uuid not null,
  endpoint_name text not null,
  kind text not null check (kind in ('qemu', 'lxc')),
  vmid integer not null,
  -- As it was when the request was opened; null while the guest was not read yet.
  name text,
  node text,
  netbox_id bigint,
  source text not null check (source in ('branch', 'request')),
  -- The deleting change of a merged branch.
  change_id uuid unique,
  opt_in jsonb not null,
  reason text not null check (reason <> ''),
  state text not null check (state in ('needs_requester', 'pending', 'approved', 'held', 'blocked', 'executing', 'destroyed', 'rejected',
    'cancelled', 'expired', 'void', 'failed', 'outcome_unknown')),
  -- What keeps it from being carried out, or what ended it: codes with sentences.
  reasons jsonb not null default '[]',
  -- Who ended it; null for the system.
  ended_by text,
  -- What the digest is over, and what else was there: shown to whoever decides.
  about jsonb,
  snapshot jsonb,
  digest text,
  -- Approvals count in the round in which they were given: one that grew stale or was lost leaves a new round.
  round integer not null default 1,
  approved_at timestamptz,
  -- The permit to send: set once, and nothing is ever sent where it is set already.
  sent_at timestamptz,
  upid text,
  -- Why Proxmox refused the call, where it answered so.
  send_refusal text,
  audit_seq bigint,
  receipt jsonb,
  -- Codes that were tried and are none.
  unknown_codes integer not null default 0,
  -- Reminders that were sent, by who was reminded.
  reminded text[] not null default '{}',
  deadline timestamptz not null,
  opened_at timestamptz not null default now(),
  ended_at timestamptz,
  -- When everything was cleaned up after its end: from then on the guest may have another request.
  closed_at timestamptz,
  version integer not null default 1,
  check (sent_at is null or state in ('executing', 'destroyed', 'failed', 'outcome_unknown')),
  check (state not in ('executing', 'destroyed', 'outcome_unknown') or sent_at is not null),
  check ((digest is null) = (about is null)),
  check (closed_at is null or ended_at is not null)
);
create unique index deletion_request_open on deletion_request (endpoint_id, vmid) where closed_at is null;
create index deletion_request_inbox on deletion_request (deadline, id) where ended_at is null;
create index deletion_request_recent on deletion_request (opened_at desc, id);
create index deletion_request_sent on deletion_request (endpoint_id, sent_at) where sent_at is not null;

-- Everybody who deleted it in the branch, merged it, asked for it, adopted the request or joined it.
create table deletion_requester (
  request_id uuid not null references deletion_request,
  -- Null: none of our users. Such a one has no right, and satisfies no rule.
  user_id uuid,
  name text not null,
  how text not null check (how in ('deleted', 'merged', 'asked', 'joined', 'adopted')),
  held_at_request boolean not null,
  asked_at timestamptz not null default now()
);
create unique index deletion_requester_key on deletion_requester (request_id, user_id) where user_id is not null;
create index deletion_requester_request on deletion_requester (request_id);

-- A decision of a person, as the API proved them. It takes effect when its code comes back to the workflow.
create table deletion_decision (
  id uuid primary key,
  request_id uuid not null references deletion_request,
  round integer not null,
  verdict text not null check (verdict in ('approve', 'reject', 'cancel')),
  user_id uuid not null,
  name text not null,
  authenticated_by text not null,
  -- Of what the person saw.
  digest text not null,
  reason text,
  without_backup boolean not null default false,
  -- What the setting said at that time.
  self_approve_allowed boolean not null,
  decided_at timestamptz not null default now(),
  check (verdict <> 'reject' or reason <> '')
);
create index deletion_decision_request on deletion_decision (request_id, round);

create table deletion_code (
  decision_id uuid primary key references deletion_decision,
  -- SHA-256 of 128 random bits.
  hash bytea not null unique check (octet_length(hash) = 32),
  expires_at timestamptz not null,
  used_at timestamptz,
  used_by text,
  check ((used_at is null) = (used_by is null))
);

-- Four eyes, whoever writes here: nobody approves what they asked for, unless the setting said so at that time, and only a requester cancels.
create function deletion_decision_four_eyes() returns trigger language plpgsql as $$
begin
  -- Whoever joins at this moment waits, or is seen.
  perform from deletion_request where id = new.request_id for update;
  if exists (select from deletion_requester where request_id = new.request_id and user_id = new.user_id) then
    if new.verdict = 'reject' or (new.verdict = 'approve' and not new.self_approve_allowed) then
      raise exception 'a requester does not decide about their own request' using errcode = 'check_violation', constraint = 'deletion_four_eyes';
    end if;
  elsif new.verdict = 'cancel' then
    raise exception 'only a requester cancels' using errcode = 'check_violation', constraint = 'deletion_four_eyes';
  end if;
  if new.verdict = 'approve' and not exists (select from deletion_requester where request_id = new.request_id and user_id is not null) then
    raise exception 'nobody of ours has asked for this' using errcode = 'check_violation', constraint = 'deletion_four_eyes';
  end if;
  return new;
end $$;
create trigger deletion_decision_four_eyes before insert on deletion_decision for each row execute function deletion_decision_four_eyes();

create function deletion_decision_refuses_change() returns trigger language plpgsql as $$
begin
  raise exception 'decisions are never changed or removed' using errcode = 'restrict_violation';
end $$;
create trigger deletion_decision_insert_only before update or delete or truncate on deletion_decision
  for each statement execute function deletion_decision_refuses_change();

-- The permit is given once, and never taken back.
create function deletion_permit_once() returns trigger language plpgsql as $$
begin
  if old.sent_at is not null and new.sent_at is distinct from old.sent_at then
    raise exception 'the permit to send is given once' using errcode = 'restrict_violation';
  end if;
  if old.ended_at is not null and new.state <> old.state then
    raise exception 'a request that has ended stays as it ended' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger deletion_permit_once before update on deletion_request for each row execute function deletion_permit_once();
