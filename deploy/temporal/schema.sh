#!/bin/sh
# Brings Temporal's two databases up to the release of its tools. Safe to repeat.
set -eu
for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%%:*} schema=${pair#*:}
  tool() { temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -p "${DB_PORT:-5432}" -u "$POSTGRES_USER" --db "$database" "$@"; }
  tool setup-schema -v 0.0 || echo "$database has a schema already"
  tool update-schema -d "/etc/temporal/schema/postgresql/v12/$schema/versioned"
done
