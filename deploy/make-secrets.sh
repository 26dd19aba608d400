#!/bin/sh
# Writes random passwords into ./secrets, readable by the owner only; files that are there already stay as they are.
set -eu
umask 077
mkdir -p "${1:-secrets}"
cd "${1:-secrets}"
for name in postgres_password claimwatch_db_password prefect_db_password prefect_admin_password; do
  [ -s "$name" ] || head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$name"
done
# What Fernet wants: 32 bytes in base64 with - and _.
[ -s prefect_encryption_key ] || head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' > prefect_encryption_key
