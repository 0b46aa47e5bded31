-- What came of runs, counted for good: runs are purged, these are not ----------------------------------------------------------

create table run_tally (
  kind text not null,
  -- Its name when the run ended; empty for a run of several endpoints.
  endpoint text not null,
  state text not null,
  reason text not null,
  runs bigint not null,
  seconds double precision not null,
  primary key (kind, endpoint, state, reason)
);

create table object_tally (
  kind text not null,
  action text not null,
  result text not null check (result in ('done', 'refused')),
  objects bigint not null,
  primary key (kind, action, result)
);

-- Runs that ended and of which nobody was told yet. Written by the transaction that ends the run, whichever it is.
create table ended_run (
  run_id uuid primary key references run on delete cascade,
  ended_at timestamptz not null default now()
);

create function note_run_end() returns trigger language plpgsql as $$
begin
  insert into run_tally (kind, endpoint, state, reason, runs, seconds)
  values (
    new.kind,
    coalesce((select name from endpoint where id = new.endpoint_id), ''),
    new.state,
    coalesce(new.reason, ''),
    1,
    greatest(0, extract(epoch from coalesce(new.finished_at, now()) - coalesce(new.started_at, new.created_at)))
  )
  on conflict (kind, endpoint, state, reason) do update
    set runs = run_tally.runs + 1, seconds = run_tally.seconds + excluded.seconds;
  -- In one order, so that runs that end together wait for each other and for nothing else.
  insert into object_tally (kind, action, result, objects)
  select kind, action, state, count(*) from change
   where run_id = new.id and state in ('done', 'refused') group by kind, action, state order by kind, action, state
  on conflict (kind, action, result) do update set objects = object_tally.objects + excluded.objects;
  insert into ended_run (run_id) values (new.id) on conflict do nothing;
  return null;
end $$;

create trigger run_ended after update of state on run for each row
  when (old.state in ('pending', 'running') and new.state not in ('pending', 'running'))
  execute function note_run_end();

-- Who is told of what --------------------------------------------------------------------------------------------------------

create table notification_target (
  id uuid primary key,
  name text not null check (name <> ''),
  kind text not null check (kind in ('mail', 'webhook')),
  enabled boolean not null default true,
  recipients text[] not null default '{}',
  url text,
  -- The key that a webhook's messages are signed with.
  key_id text,
  ciphertext bytea,
  stale_after_hours integer not null default 24 check (stale_after_hours between 1 and 8760),
  expires_within_days integer not null default 14 check (expires_within_days between 1 and 365),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((kind = 'mail') = (cardinality(recipients) > 0)),
  check ((kind = 'webhook') = (url is not null and key_id is not null and ciphertext is not null))
);
create unique index notification_target_name_key on notification_target (lower(name));

create table notification_subscription (
  target_id uuid not null references notification_target on delete cascade,
  event text not null,
  -- Null: every endpoint, and what is about none.
  endpoint_id uuid references endpoint on delete cascade
);
create unique index notification_subscription_key on notification_subscription
  (target_id, event, coalesce(endpoint_id, '00000000-0000-0000-0000-000000000000'));

-- How an endpoint's last run went, so that only a change is told.
create table endpoint_health (
  endpoint_id uuid primary key references endpoint on delete cascade,
  state text not null check (state in ('ok', 'failing', 'unreachable')),
  since timestamptz not null
);

-- What was told and still holds, so that it is not told again.
create table told_condition (
  target_id uuid not null references notification_target on delete cascade,
  event text not null,
  subject text not null,
  told_at timestamptz not null default now(),
  primary key (target_id, event, subject)
);

-- When credentials that are not ours expire, as their issuers last said.
create table credential_expiry (
  subject text primary key,
  label text not null,
  endpoint_id uuid references endpoint on delete cascade,
  expires_at timestamptz not null,
  read_at timestamptz not null default now()
);

-- The outbox: one message to one target. Its id is what a receiver tells repetitions by.
create table notification_delivery (
  id uuid primary key,
  target_id uuid not null references notification_target on delete cascade,
  -- One message about one thing, however often it is looked at.
  about text not null,
  events text[] not null,
  message jsonb not null,
  state text not null default 'pending' check (state in ('pending', 'sent', 'dead')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  last_error text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (target_id, about)
);
create index notification_delivery_due on notification_delivery (next_attempt_at) where state = 'pending';
create index notification_delivery_recent on notification_delivery (created_at desc, id);
