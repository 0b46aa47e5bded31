-- Signing in at an OpenID Connect provider --------------------------------------------------------------------------------------

-- Somebody is on their way to the provider. What proves that the answer is theirs is derived from a cookie, and not in here.
create table oidc_sign_in (
  -- SHA-256 of the state that the provider sends back.
  state_hash bytea primary key,
  -- SHA-256 of what the cookie holds.
  cookie_hash bytea not null,
  -- Page of this service to go on to.
  next text not null,
  expires_at timestamptz not null
);
create index oidc_sign_in_age on oidc_sign_in (expires_at);

-- Roles that a provider's groups give are replaced at each sign-in; those that people give stay.
alter table role_binding add column given_by text not null default 'person' check (given_by in ('person', 'oidc'));
