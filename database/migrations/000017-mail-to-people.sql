-- Messages to a person, at the address that the user has when it is sent ----------------------------------------------------

alter table notification_delivery
  alter column target_id drop not null,
  add column user_id uuid references app_user on delete cascade,
  add check ((target_id is null) <> (user_id is null));
create unique index notification_delivery_person on notification_delivery (user_id, about) where user_id is not null;
