#!/bin/sh
# Runs once, when the database's volume is new: two databases with a role of its own each, passwords from secrets.
set -eu
for name in claimwatch prefect; do
  password=$(cat "${CLAIMWATCH_SECRETS:-/run/secrets}/${name}_db_password")
  psql -v ON_ERROR_STOP=1 -v name="$name" -v password="$password" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname prefect -c "CREATE EXTENSION IF NOT EXISTS pg_trgm"
