#!/usr/bin/env bash
# Hands on what comes to this container's address to the servers that listen on its loopback address, one port each.
set -euo pipefail
address=${GATEWAY_ADDRESS:-$(hostname -i)}
trap 'kill $(jobs -p) 2>/dev/null' EXIT
trap 'exit 0' TERM INT
for port in "$@"; do
    socat "TCP-LISTEN:$port,bind=$address,fork,reuseaddr" "TCP:127.0.0.1:$port" &
done
# One that ends, ends all: the container is started anew.
wait -n
exit 1
