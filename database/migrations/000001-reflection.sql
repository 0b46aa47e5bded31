-- Endpoints and their credentials --------------------------------------------------------------------------------------

create table endpoint (
  id uuid primary key,
  name text not null check (name <> ''),
  url text not null,
  tls_mode text not null default 'verify' check (tls_mode in ('verify', 'insecure', 'ca', 'fingerprint')),
  tls_ca text,
  tls_fingerprint text,
  enabled boolean not null default true,
  allow_writes boolean not null default false,
  site_slug text,
  netbox_cluster_name text,
  netbox_vrf text,
  policy jsonb not null default '{}',
  -- The cluster that this endpoint first reached. Another cluster behind the same address stops the endpoint.
  bound_cluster jsonb,
  bound_key text unique,
  -- What the read credential was allowed to see at the last complete run: fewer rights make a list incomplete.
  rights jsonb,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (tls_mode <> 'ca' or tls_ca is not null),
  check (tls_mode <> 'fingerprint' or tls_fingerprint is not null)
);
create unique index endpoint_name_key on endpoint (lower(name));

-- A read and a write credential are separate rows: reflection can only ever ask for the first.
create table endpoint_credential (
  endpoint_id uuid not null references endpoint on delete cascade,
  purpose text not null check (purpose in ('read', 'write')),
  kind text not null check (kind in ('token', 'password')),
  principal text not null,
  key_id text not null,
  ciphertext bytea not null,
  updated_at timestamptz not null default now(),
  primary key (endpoint_id, purpose)
);

create table api_key (
  label text primary key,
  hash bytea not null unique,
  created_at timestamptz not null default now()
);

-- Runs -----------------------------------------------------------------------------------------------------------------

create table run (
  id uuid primary key,
  kind text not null check (kind in ('full-sync', 'endpoint-sync')),
  parent_id uuid references run,
  endpoint_id uuid,
  scope jsonb not null default '{}',
  requested_by text not null,
  state text not null default 'pending'
    check (state in ('pending', 'running', 'awaiting_confirmation', 'completed', 'partial', 'failed', 'cancelled')),
  phase text,
  reason text,
  message text,
  workflow_id text not null,
  netbox_version text,
  plan_digest text,
  confirmed_by text,
  confirmed_at timestamptz,
  counts jsonb not null default '{}',
  report jsonb not null default '{}',
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create index run_recent on run (created_at desc, id);
create index run_parent on run (parent_id);
create index run_endpoint on run (endpoint_id, created_at desc);

-- One row per distinct content: an unchanged guest is stored once, however often it is observed.
create table observation_content (
  hash bytea primary key,
  body jsonb not null,
  last_seen date not null default current_date
);

create table run_observation (
  run_id uuid not null,
  day date not null default current_date,
  kind text not null check (kind in ('cluster', 'guest')),
  key text not null,
  hash bytea not null,
  primary key (run_id, kind, key, day)
) partition by range (day);

-- A plan is rows: one for each create, update, delete or link of one NetBox object.
create table change (
  run_id uuid not null,
  day date not null default current_date,
  seq integer not null,
  kind text not null,
  key text not null,
  label text not null,
  guest text,
  action text not null check (action in ('create', 'update', 'delete', 'link')),
  netbox_id bigint,
  before jsonb not null default '{}',
  after jsonb not null default '{}',
  reflect jsonb not null default '{}',
  why text,
  state text not null default 'planned' check (state in ('planned', 'sending', 'done', 'refused', 'skipped')),
  error jsonb,
  sent_at timestamptz,
  done_at timestamptz,
  primary key (run_id, seq, day)
) partition by range (day);
create index change_open on change (run_id, kind, seq) where state in ('planned', 'sending');

-- What a run noticed without changing it: conflicts, drift, ambiguous matches, unreadable guests.
create table finding (
  run_id uuid not null,
  day date not null default current_date,
  seq integer not null,
  code text not null,
  severity text not null check (severity in ('info', 'warning', 'error')),
  kind text,
  key text,
  label text not null,
  message text not null,
  detail jsonb not null default '{}',
  primary key (run_id, seq, day)
) partition by range (day);
create index finding_code on finding (run_id, code);

-- Run tables are partitioned by day, so that old runs go by dropping a partition.
create function ensure_run_partitions(from_day date, days integer) returns void language plpgsql as $$
declare
  parent text;
  d date;
begin
  perform pg_advisory_xact_lock(hashtext('ensure_run_partitions'));
  for i in 0 .. days - 1 loop
    d := from_day + i;
    foreach parent in array array['run_observation', 'change', 'finding'] loop
      if to_regclass(format('%I', parent || '_' || to_char(d, 'YYYYMMDD'))) is null then
        execute format('create table %I partition of %I for values from (%L) to (%L)',
                       parent || '_' || to_char(d, 'YYYYMMDD'), parent, d, d + 1);
      end if;
    end loop;
  end loop;
end $$;

-- What we know across runs ------------------------------------------------------------------------------------------------

-- A guest's identity: VMIDs are reused, so the evidence decides whether it is still the same guest.
create table guest (
  endpoint_id uuid not null references endpoint on delete cascade,
  kind text not null check (kind in ('qemu', 'lxc')),
  vmid integer not null,
  evidence jsonb not null,
  confirmed_evidence jsonb not null,
  state text not null check (state in ('proven', 'changed', 'unproven')),
  source_name text not null,
  given_name text not null,
  first_seen timestamptz not null default now(),
  last_seen timestamptz not null default now(),
  missing_since timestamptz,
  primary key (endpoint_id, kind, vmid)
);

-- Our link table and the third side of every comparison: which NetBox object shows which Proxmox object, and what
-- reflection last wrote to it or saw equal.
create table reflected (
  endpoint_id uuid not null references endpoint on delete cascade,
  kind text not null,
  key text not null,
  netbox_id bigint not null,
  values jsonb not null default '{}',
  created_by_us boolean not null,
  run_id uuid not null,
  updated_at timestamptz not null default now(),
  primary key (endpoint_id, kind, key)
);
create unique index reflected_owner on reflected (kind, netbox_id)
  where kind in ('cluster', 'device', 'virtual-machine', 'interface', 'virtual-disk', 'ip-address', 'mac-address');

-- Names that must not be given twice while two endpoints plan at the same time.
create table name_reservation (
  kind text not null,
  name_key text not null,
  endpoint_id uuid not null references endpoint on delete cascade,
  key text not null,
  primary key (kind, name_key)
);

-- A conflict fails a run only when it is new.
create table known_conflict (
  endpoint_id uuid not null references endpoint on delete cascade,
  key text not null,
  holder text not null,
  first_run uuid not null,
  last_run uuid not null,
  primary key (endpoint_id, key, holder)
);

-- The newest entry of NetBox's change log that we have seen: a smaller one later means that NetBox was restored.
create table netbox_state (
  url text primary key,
  last_change_id bigint not null,
  request_id text not null,
  version text not null,
  seen_at timestamptz not null default now()
);
