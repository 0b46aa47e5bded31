-- What starts an apply: merges that are asked for here, and NetBox's change log --------------------------------------------------

-- A plan of a branch was read, and the branch is to be merged for it.
create table intent_merge (
  id uuid primary key,
  -- The plan that was read, and its digest.
  plan_id uuid not null references intent_plan on delete cascade,
  digest text not null,
  branch_id bigint not null,
  branch_name text not null,
  requested_by text not null,
  requester_id uuid not null,
  -- Where whoever asked held each permission when they asked: `all`, or ids of endpoints.
  rights jsonb not null,
  allow_blocked boolean not null,
  acknowledge_conflicts boolean not null,
  stop_on_failure boolean not null,
  -- `merging` is written before NetBox is asked, so that whoever comes after a crash knows that it may have been.
  state text not null default 'pending' check (state in ('pending', 'checking', 'merging', 'merged', 'refused', 'failed')),
  reason text,
  message text,
  -- The plan that was made anew, right before the merge.
  checked_plan_id uuid,
  -- As NetBox writes it.
  merged_at text,
  -- Of the row of the audit log before NetBox is asked.
  audit_seq bigint,
  run_id uuid references run on delete set null,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  check ((state in ('merged', 'refused', 'failed')) = (finished_at is not null))
);
create unique index intent_merge_open on intent_merge (branch_id) where finished_at is null;
create index intent_merge_plan on intent_merge (plan_id, created_at desc);

-- Changes that NetBox's change log shows: the ids of its rows. What they hold is read when it is planned, and kept nowhere.
alter table intent_plan add column change_log jsonb;
alter table intent_plan drop constraint intent_plan_source_check;
alter table intent_plan add constraint intent_plan_source_check check (source in ('branch', 'request', 'change-log'));
alter table intent_plan add constraint intent_plan_change_log_check check ((source = 'change-log') = (change_log is not null));

-- How far NetBox's change log was looked at. There is a row while it is watched: what was changed before is never applied.
create table change_log_watch (
  only_row boolean primary key default true check (only_row),
  -- Everything up to here was looked at; of what is newer, these ids were: a change becomes visible when its transaction ends, after changes with higher ids.
  last_change bigint not null,
  seen jsonb not null default '[]'
);

-- Whether NetBox has the webhook and the rule by which it calls, when that was last looked at.
create table netbox_hook_check (
  only_row boolean primary key default true check (only_row),
  state text not null check (state in ('installed', 'no-branching', 'no-public-url', 'refused')),
  message text not null,
  checked_at timestamptz not null default now()
);
