#!/bin/bash
# Run by the image when its data folder is empty: a database and an owner for each service, all with the password of .env.
set -euo pipefail

make() { # owner, databases…
  local owner=$1 password=$2
  shift 2
  psql -v ON_ERROR_STOP=1 -v owner="$owner" -v password="$password" -U "$POSTGRES_USER" -d postgres <<'SQL'
create role :"owner" login password :'password';
SQL
  for database in "$@"; do createdb -U "$POSTGRES_USER" -O "$owner" "$database"; done
}

make proxbox "$POSTGRES_PASSWORD" proxbox
make temporal "$POSTGRES_PASSWORD" temporal temporal_visibility
if [ -n "${NETBOX_DB_PASSWORD:-}" ]; then make netbox "$NETBOX_DB_PASSWORD" netbox; fi
