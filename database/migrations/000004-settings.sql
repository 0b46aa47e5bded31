-- Settings of the installation; those of an endpoint are its policy ------------------------------------------------------------

create table setting (
  name text primary key,
  -- JSON null: nothing is decided any more. The row stays, so that versions only rise.
  value jsonb not null,
  -- The settings share one version; this is the one in which this value came.
  version integer not null,
  updated_by text not null,
  updated_at timestamptz not null default now()
);

-- What a run found at its start holds until its end.
alter table run add column settings jsonb;

-- One name for one setting, whether an endpoint decides it or the installation.
update endpoint set policy = (
  select coalesce(jsonb_object_agg(coalesce(renamed.after, item.key), item.value), '{}')
    from jsonb_each(policy) as item
    left join (values
      ('syncTemplates', 'sync_templates'),
      ('ignoreIpv6LinkLocal', 'ignore_ipv6_link_local_addresses'),
      ('primaryIpPreference', 'primary_ip_preference'),
      ('reflectGuestInterfaces', 'reflect_guest_interfaces'),
      ('interfaceExcludeNames', 'interface_exclude_names'),
      ('interfaceExcludePrefixes', 'interface_exclude_prefixes'),
      ('overwriteHumanStatus', 'overwrite_human_status'),
      ('planChangeLimitPercent', 'plan_change_limit_percent'),
      ('otherToolDisabled', 'other_tool_disabled')
    ) as renamed (before, after) on renamed.before = item.key
);
