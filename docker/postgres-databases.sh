#!/bin/sh
# For each name in SERVICES: the role fupin_<name> with the password of <NAME>_DATABASE_PASSWORD, and the database of the
# same name that belongs to it and that no other role may connect to. Changes nothing that is there but the password.
set -eu
for service in $SERVICES; do
  name=fupin_$(echo "$service" | tr - _)
  variable=$(echo "$service" | tr 'a-z-' 'A-Z_')_DATABASE_PASSWORD
  password=$(printenv "$variable")
  psql -q -v ON_ERROR_STOP=1 -v name="$name" -v password="$password" -d postgres <<'SQL'
SELECT format('CREATE ROLE %I LOGIN', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
ALTER ROLE :"name" PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8''', :'name', :'name')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
  echo "$name is there"
done
