-- Short questions to Proxmox and NetBox: the API writes the row, a workflow answers it ----------------------------------------

create table endpoint_probe (
  id uuid primary key,
  endpoint_id uuid not null references endpoint on delete cascade,
  requested_by text not null,
  -- Null until somebody answered: what was found, or in words why nothing was.
  result jsonb,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  check ((result is null) = (finished_at is null))
);
create index endpoint_probe_latest on endpoint_probe (endpoint_id, created_at desc);

-- Somebody proves who they are in NetBox. The password is taken out by the one who uses it, and of no use to anybody a minute later.
create table netbox_link_attempt (
  id uuid primary key,
  user_id uuid not null references app_user on delete cascade,
  netbox_username text not null,
  key_id text,
  ciphertext bytea,
  outcome text check (outcome in ('linked', 'refused', 'taken', 'unavailable')),
  -- What NetBox says that they are called, or why they were refused.
  message text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  check ((key_id is null) = (ciphertext is null))
);
create index netbox_link_attempt_age on netbox_link_attempt (expires_at);

-- The custom links and saved filters that a NetBox was last given, so that they are looked up again only when they would be others.
create table netbox_extras (
  url text primary key,
  -- SHA-256 of what they are, and for which version of NetBox.
  digest text not null,
  -- NetBox's words when it refused some of them.
  refused text,
  ensured_at timestamptz not null default now()
);
