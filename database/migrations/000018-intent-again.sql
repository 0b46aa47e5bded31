-- A merge is applied once by itself, and again as often as people ask for it -----------------------------------------------------

alter table intent_plan
  -- A person planned a branch that had been merged before.
  add column asked_again boolean not null default false,
  -- Of a merge through us: the plan that was compared with what somebody had read. Nothing is done that is not in it.
  add column confirmed_plan_id uuid;
drop index intent_plan_merge;
create unique index intent_plan_merge on intent_plan (branch_id, merged_at)
  where run_id is not null and merged_at is not null and not asked_again;
