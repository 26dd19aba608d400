#!/bin/sh
# Runs once, when the database's volume is new: two databases with a role of its own each, passwords from secrets.
set -eu
for name in claimwatch prefect; do
  # psql reads the password itself: as an argument it would show in the list of processes.
  export password_file="${CLAIMWATCH_SECRETS:-/run/secrets}/${name}_db_password"
  psql -v ON_ERROR_STOP=1 -v name="$name" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set password `cat "$password_file"`
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname prefect -c "CREATE EXTENSION IF NOT EXISTS pg_trgm"
