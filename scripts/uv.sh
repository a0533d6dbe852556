#!/usr/bin/env bash
# Runs uv: the one on PATH, or one of our own in .recsflow/tools, installed on first need.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
uv_version=0.13.8

if uv=$(command -v uv); then exec "$uv" "$@"; fi
tools=$root/.recsflow/tools
if [ ! -x "$tools/bin/uv" ]; then
    python=$("$root/scripts/find_python.sh")
    [ -x "$tools/bin/python" ] || "$python" -m venv "$tools"
    "$tools/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$uv_version"
fi
exec "$tools/bin/uv" "$@"
