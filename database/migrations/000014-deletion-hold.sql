-- What we do to a guest between the approval of its deletion and the destroy ---------------------------------------------------

alter table deletion_request
  -- The hold: since when and until when, and what the keys that it changed were before. Null while the guest is not held by us.
  add column hold jsonb,
  -- The backup that is made before the destroy: its task, its volume once it was seen, or why it could not be made.
  add column backup jsonb;
