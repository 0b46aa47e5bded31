-- Schedules: this row is the record, the Schedule of Temporal with the same id is the process ------------------------------------

create table schedule (
  id uuid primary key,
  name text not null check (name <> ''),
  -- The user whom it acts as. No foreign key: what a schedule without its user asks for is refused, and the refusal is kept.
  owner_id uuid not null,
  cron text check (cron <> ''),
  every_seconds integer check (every_seconds > 0),
  offset_seconds integer not null default 0 check (offset_seconds >= 0),
  time_zone text not null default 'UTC',
  jitter_seconds integer not null default 0 check (jitter_seconds >= 0),
  overlap text not null default 'skip' check (overlap in ('skip', 'buffer_one', 'cancel_other')),
  catch_up_seconds integer not null default 600 check (catch_up_seconds >= 10),
  pause_on_failure boolean not null default false,
  paused boolean not null default false,
  note text,
  dry_run boolean not null default false,
  -- Null: all enabled endpoints, those of later included. A list never becomes "all" because its endpoints are gone.
  endpoint_ids uuid[] check (cardinality(endpoint_ids) > 0),
  kinds text[] check (cardinality(kinds) > 0),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (num_nonnulls(cron, every_seconds) = 1)
);
create unique index schedule_name_key on schedule (lower(name));

-- What came of each time that a schedule was due, was run now, or was made up for.
create table schedule_firing (
  -- The execution of the workflow, by Temporal's run id: its attempts find what the first one decided.
  execution uuid primary key,
  schedule_id uuid not null references schedule on delete cascade,
  workflow_id text not null,
  due_at timestamptz,
  result text not null check (result in ('started', 'skipped', 'refused')),
  run_id uuid,
  message text,
  fired_at timestamptz not null default now(),
  check ((result = 'started') = (run_id is not null))
);
create index schedule_firing_recent on schedule_firing (schedule_id, fired_at desc);
create index schedule_firing_age on schedule_firing (fired_at);
