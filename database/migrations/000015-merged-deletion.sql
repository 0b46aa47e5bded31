-- What NetBox lost with a merged delete while the guest's deletion is decided, each object as it was, and what was done about it since.
create table deletion_loss (
  request_id uuid not null references deletion_request,
  -- In the order in which they are brought back.
  seq integer not null,
  object_type text not null,
  object_id bigint not null,
  original jsonb not null,
  -- The object that stands for it now: a reserved address, or what was brought back.
  stand_in bigint,
  state text not null default 'lost' check (state in ('lost', 'reserved', 'restored', 'freed', 'missing')),
  -- What of it could not be brought back, and why.
  message text,
  primary key (request_id, object_type, object_id)
);
create index deletion_loss_request on deletion_loss (request_id, seq);
