-- What runs tell while they are at work. A full sync and the runs of its endpoints share one stream.

create table run_stream (
  root_id uuid primary key references run on delete cascade,
  last_id bigint not null
);

create table run_event (
  root_id uuid not null,
  -- Counts up from 1 within a stream, without gaps.
  id bigint not null,
  run_id uuid not null references run on delete cascade,
  event text not null,
  -- Names what is told once only, however often an attempt is repeated.
  once text,
  data jsonb not null default '{}',
  at timestamptz not null default clock_timestamp(),
  primary key (root_id, id)
);
create unique index run_event_once on run_event (run_id, once) where once is not null;
create index run_event_run on run_event (run_id, id);

-- Gives the event's number; null when it was told before, or there is no such run.
create function append_run_event(of_run uuid, name text, payload jsonb, once_as text default null) returns bigint
language plpgsql as $$
declare
  root uuid;
  next_id bigint;
begin
  select coalesce(parent_id, id) into root from run where id = of_run;
  if root is null then
    return null;
  end if;
  -- The stream is locked until the transaction ends: whoever reads a number has been able to read every smaller one.
  insert into run_stream (root_id, last_id) values (root, 0) on conflict do nothing;
  perform 1 from run_stream where root_id = root for update;
  if once_as is not null and exists (select from run_event where run_id = of_run and once = once_as) then
    return null;
  end if;
  update run_stream set last_id = last_id + 1 where root_id = root returning last_id into next_id;
  insert into run_event (root_id, id, run_id, event, once, data) values (root, next_id, of_run, name, once_as, payload);
  perform pg_notify('run_event', root::text);
  return next_id;
end $$;

-- A run's end is told in the transaction that ends it, whoever ends it, and once: a state that changes later is no second end.
create function tell_run_end() returns trigger language plpgsql as $$
begin
  perform append_run_event(
    new.id,
    'complete',
    jsonb_build_object(
      'ok', new.state = 'completed',
      'message', coalesce(new.message, 'The run is ' || replace(new.state, '_', ' ') || '.'),
      'result', jsonb_build_object('state', new.state, 'reason', new.reason, 'counts', new.counts)),
    'complete');
  return null;
end $$;
create trigger run_end after insert or update of state on run for each row
  when (new.state not in ('pending', 'running')) execute function tell_run_end();

-- Runs that ended before there were events: a parent's end is the last of its stream.
do $$
declare
  ended uuid;
begin
  for ended in select id from run where state not in ('pending', 'running') order by parent_id nulls last, finished_at loop
    update run set state = state where id = ended;
  end loop;
  update run_event set at = run.finished_at from run where run.id = run_event.run_id and run.finished_at is not null;
end $$;
