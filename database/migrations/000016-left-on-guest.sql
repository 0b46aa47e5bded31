-- What an ended deletion request could not take off its guest: nothing may be written to it, or it could not be reached -------

alter table deletion_request
  -- Since when our tag, and what a hold changed, stays on the guest although the request has ended. Null: nothing of ours is there.
  add column left_since timestamptz,
  add check (left_since is null or ended_at is not null);
create index deletion_request_left on deletion_request (left_since) where left_since is not null;
