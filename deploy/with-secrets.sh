#!/bin/sh
# Puts the secrets of files into the environment of one command, since Prefect and SQLAlchemy read them from there; then runs it.
# Secrets are never arguments, so they show in no list of processes.
set -eu
secret() { cat "${CLAIMWATCH_SECRETS:-/run/secrets}/$1"; }
if [ -n "${CLAIMWATCH_DATABASE_HOST:-}" ]; then
  export CLAIMWATCH_DATABASE_URL="postgresql://claimwatch:$(secret claimwatch_db_password)@${CLAIMWATCH_DATABASE_HOST}/claimwatch"
fi
if [ -n "${PREFECT_DATABASE_HOST:-}" ]; then
  export PREFECT_SERVER_DATABASE_CONNECTION_URL="postgresql+asyncpg://prefect:$(secret prefect_db_password)@${PREFECT_DATABASE_HOST}/prefect"
  export PREFECT_SERVER_API_AUTH_STRING="admin:$(secret prefect_admin_password)"
  export PREFECT_SERVER_ENCRYPTION_KEY="$(secret prefect_encryption_key)"
fi
if [ -n "${PREFECT_API_URL:-}" ]; then
  export PREFECT_API_AUTH_STRING="admin:$(secret prefect_admin_password)"
fi
exec "$@"
