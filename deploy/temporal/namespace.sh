#!/bin/sh
# Makes the namespace with 30 days of history, and the search attributes that workflows are started with. Safe to repeat.
set -eu
until temporal operator cluster health; do sleep 2; done
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 720h
until temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" >/tmp/attributes 2>/dev/null; do sleep 2; done
while read -r name type; do
  grep -q "$name" /tmp/attributes || temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type "$type"
done <<'LIST'
ProxboxEndpoint Keyword
ProxboxRunKind Keyword
ProxboxActor Keyword
ProxboxState Keyword
ProxboxOutcome Keyword
ProxboxVmid Int
ProxboxChanged Int
ProxboxDryRun Bool
ProxboxExpiresAt Datetime
LIST
