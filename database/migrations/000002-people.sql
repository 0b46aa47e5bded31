-- People and what they may do ------------------------------------------------------------------------------------------

create table app_user (
  id uuid primary key,
  username text not null check (username <> ''),
  display_name text not null default '',
  email text,
  -- scrypt with its parameters; null means that this user cannot sign in with a password.
  password_hash text,
  enabled boolean not null default true,
  -- The NetBox user whose actions count as this person's.
  netbox_username text check (netbox_username <> ''),
  -- Who this is at an OpenID Connect provider.
  external_issuer text,
  external_subject text,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((external_issuer is null) = (external_subject is null))
);
create unique index app_user_username_key on app_user (lower(username));
create unique index app_user_netbox_key on app_user (lower(netbox_username));
create unique index app_user_external_key on app_user (external_issuer, external_subject);

create table user_group (
  id uuid primary key,
  name text not null check (name <> ''),
  created_at timestamptz not null default now()
);
create unique index user_group_name_key on user_group (lower(name));

create table user_group_member (
  group_id uuid not null references user_group on delete cascade,
  user_id uuid not null references app_user on delete cascade,
  primary key (group_id, user_id)
);
create index user_group_member_user on user_group_member (user_id);

create table role (
  id uuid primary key default gen_random_uuid(),
  name text not null check (name <> ''),
  description text not null default '',
  permissions text[] not null,
  -- Written by each release at its start; people cannot change it.
  built_in boolean not null default false,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index role_name_key on role (lower(name));

-- Somebody has a role: everywhere, or on one endpoint. With the endpoint the role goes, so that it never becomes wider.
create table role_binding (
  id uuid primary key,
  user_id uuid references app_user on delete cascade,
  group_id uuid references user_group on delete cascade,
  role_id uuid not null references role,
  endpoint_id uuid references endpoint on delete cascade,
  created_at timestamptz not null default now(),
  check (num_nonnulls(user_id, group_id) = 1)
);
create unique index role_binding_key on role_binding
  (coalesce(user_id, group_id), role_id, coalesce(endpoint_id, '00000000-0000-0000-0000-000000000000'));
create index role_binding_role on role_binding (role_id);

-- The first administrator is made once: whoever inserts this row makes it. It stays when that user is deleted.
create table first_administrator (
  only_row boolean primary key default true check (only_row),
  user_id uuid not null,
  claimed_at timestamptz not null default now()
);

-- How they prove who they are --------------------------------------------------------------------------------------------

create table api_token (
  id uuid primary key,
  -- Null: a key of an installation that has no administrator yet, who gets it.
  user_id uuid references app_user on delete cascade,
  -- Another than its user: the token acts with the user's rights, and proves no person.
  created_by uuid,
  name text not null,
  -- What people tell it by.
  prefix text not null,
  -- SHA-256 of the whole token.
  hash bytea not null unique,
  -- Null: everything that its user may do.
  permissions text[],
  expires_at timestamptz,
  -- Written once a minute at most.
  last_used_at timestamptz,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);
create index api_token_user on api_token (user_id, created_at);

-- Keys of before there were users become tokens of the first administrator.
insert into api_token (id, name, prefix, hash, created_at)
  select gen_random_uuid(), label, 'proxbox', hash, created_at from api_key;
drop table api_key;

create table session (
  -- SHA-256 of what the cookie holds.
  id_hash bytea primary key,
  user_id uuid not null references app_user on delete cascade,
  -- What a page has to send along with every change.
  csrf_secret text not null,
  user_agent text,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index session_of_user on session (user_id);
create index session_age on session (expires_at);

-- Attempts to sign in since the last success, by user and by address.
create table login_failure (
  -- SHA-256, since people type passwords into the wrong field.
  key bytea primary key,
  failures integer not null,
  locked_until timestamptz,
  last_at timestamptz not null default now()
);
create index login_failure_age on login_failure (last_at);
