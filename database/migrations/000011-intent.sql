-- Intent: changes of guests that come from NetBox or from a request, planned, checked and applied ------------------------------

alter table run drop constraint run_kind_check;
alter table run add constraint run_kind_check check (kind in ('full-sync', 'endpoint-sync', 'intent-apply'));

create table intent_plan (
  id uuid primary key,
  source text not null check (source in ('branch', 'request')),
  branch_id bigint,
  branch_name text,
  -- As NetBox writes it. Null: the branch is planned before it is merged.
  merged_at text,
  -- What let it through to Proxmox: the branch's custom fields, or a request.
  opt_in jsonb not null,
  -- What was asked for, of a request. A branch's stored changes are read when it is planned.
  asked jsonb not null default '[]',
  requested_by text not null,
  -- Null: nobody of ours asked, or the key of the environment.
  requester_id uuid,
  -- Where whoever asked held each permission when they asked: `all`, or ids of endpoints.
  rights jsonb not null,
  stop_on_failure boolean not null default false,
  state text not null default 'pending' check (state in ('pending', 'ready', 'failed')),
  reason text,
  -- Why there is no plan; else what it comes to.
  message text,
  digest text,
  -- What in the changes could not be understood, and where.
  problems jsonb not null default '[]',
  -- A plan is applied once.
  run_id uuid unique references run on delete cascade,
  created_at timestamptz not null default now(),
  planned_at timestamptz,
  check ((source = 'branch') = (branch_id is not null)),
  check ((state = 'ready') = (digest is not null))
);
-- A merge is applied once, however often it is heard of.
create unique index intent_plan_merge on intent_plan (branch_id, merged_at) where run_id is not null and merged_at is not null;
create index intent_plan_branch on intent_plan (branch_id, created_at desc) where branch_id is not null;
create index intent_plan_recent on intent_plan (created_at desc, id);

-- What is to be done to one guest.
create table guest_change (
  id uuid primary key,
  plan_id uuid not null references intent_plan on delete cascade,
  seq integer not null,
  endpoint_id uuid,
  kind text not null check (kind in ('qemu', 'lxc')),
  vmid integer,
  name text not null,
  netbox_id bigint,
  op text not null check (op in ('create', 'update', 'delete')),
  -- The changed fields as they were asked for; the plan: fields from → to, the exact calls, what was live.
  change jsonb not null,
  plan jsonb,
  -- The configuration of the template that a birth is cloned from.
  template_digest text,
  verdict text not null check (verdict in ('permitted', 'warning', 'blocked')),
  checks jsonb not null default '[]',
  state text not null default 'planned' check (state in ('planned', 'queued', 'running', 'applied', 'unchanged', 'refused', 'failed',
    'partly_applied', 'unknown_outcome', 'cancelled', 'deletion_requested')),
  reason text,
  message text,
  -- Wanted values that are there, that wait for the next start, that are missing.
  result jsonb not null default '{}',
  stamped_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  unique (plan_id, seq)
);
-- At most one change of a guest is under way.
create unique index guest_change_running on guest_change (endpoint_id, vmid) where state = 'running';
create index guest_change_guest on guest_change (endpoint_id, vmid, finished_at desc);

-- One request to Proxmox. A state is written before what it speaks of is done, so that whoever comes after a crash knows what may have happened.
create table guest_call (
  change_id uuid not null references guest_change on delete cascade,
  seq integer not null,
  state text not null default 'planned' check (state in ('planned', 'sending', 'task', 'done', 'refused', 'failed', 'unknown')),
  -- Of the configuration that the call was compared with, and of the one that it left.
  sent_digest text,
  left_digest text,
  upid text,
  reason text,
  message text,
  audit_seq bigint,
  sends integer not null default 0,
  sent_at timestamptz,
  ended_at timestamptz,
  primary key (change_id, seq)
);

-- VMIDs that were promised to guests which do not exist yet.
create table vmid_reservation (
  endpoint_id uuid not null references endpoint on delete cascade,
  vmid integer not null,
  change_id uuid not null unique references guest_change on delete cascade deferrable initially deferred,
  mark uuid not null,
  netbox_id bigint,
  reserved_at timestamptz not null default now(),
  primary key (endpoint_id, vmid)
);

-- A guest whose wanted state is not its live one: reflection leaves the fields of the change alone.
create table intent_hold (
  change_id uuid primary key references guest_change on delete cascade,
  endpoint_id uuid not null references endpoint on delete cascade,
  kind text not null check (kind in ('qemu', 'lxc')),
  vmid integer not null,
  held_since timestamptz not null default now(),
  released_at timestamptz,
  released_because text check (released_because in ('equal', 'dropped', 'expired', 'superseded')),
  released_by text,
  check ((released_at is null) = (released_because is null))
);
create index intent_hold_open on intent_hold (endpoint_id) where released_at is null;

-- Secrets of changes, such as the password of a new guest's user: referred to by id, and of no use after the change.
create table intent_secret (
  id uuid primary key,
  plan_id uuid not null references intent_plan on delete cascade,
  key_id text not null,
  ciphertext bytea not null,
  created_at timestamptz not null default now()
);

-- What became known of a NetBox's branches.
create table branch_event (
  branch_id bigint not null,
  -- As NetBox writes it.
  happened_at text not null,
  kind text not null check (kind in ('merged', 'reverted')),
  branch_name text not null,
  actor text,
  outcome text not null,
  plan_id uuid references intent_plan on delete set null,
  noticed_at timestamptz not null default now(),
  primary key (branch_id, kind, happened_at)
);

-- What NetBox signs its calls with. It is made once, and stands in NetBox's webhook as well.
create table netbox_hook (
  only_row boolean primary key default true check (only_row),
  key_id text not null,
  ciphertext bytea not null,
  created_at timestamptz not null default now()
);

-- How far NetBox's branch events were looked at. There is a row while intent is switched on: what was merged before is never applied.
create table branch_watch (
  only_row boolean primary key default true check (only_row),
  -- The newest event when the watch began, and the newest one that was seen.
  first_event bigint,
  last_event bigint,
  -- NetBox, or a person, says that there is something to see.
  hinted_at timestamptz
);
