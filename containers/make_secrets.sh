#!/usr/bin/env bash
# Makes the password of PostgreSQL at the first start: make_secrets.sh <folder for clients> <folder for the server>
# The clients' folder becomes user 1000's, the server's that of user 999, as the image of PostgreSQL has it.
set -euo pipefail
clients=$1 server=$2
if [ ! -s "$server/password" ]; then
    umask 077
    password=$(head --bytes 24 /dev/urandom | base64 | tr '+/' '-_')
    # In the order in which a start that was cut off is made good by the next one.
    printf '*:*:*:recsflow:%s\n' "$password" >"$clients/pgpass"
    printf '%s' "$password" >"$server/password.unfinished"
    mv "$server/password.unfinished" "$server/password"
    echo "made a password for PostgreSQL"
fi
if [ "$(id -u)" = 0 ]; then
    chown -R 1000:1000 "$clients"
    chown -R 999:999 "$server"
fi
