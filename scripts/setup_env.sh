#!/usr/bin/env bash
# Builds one locked environment: setup_env.sh <folder that holds pyproject.toml and uv.lock>
# Installs uv into .recsflow/tools when the machine has none.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(cd "$root/$1" && pwd)
uv_version=0.13.8

python=$("$root/scripts/find_python.sh")
uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    uv=$root/.recsflow/tools/bin/uv
    if ! "$uv" --version >/dev/null 2>&1; then
        "$python" -m venv --clear "$root/.recsflow/tools"
        "$root/.recsflow/tools/bin/python" -m pip install --quiet "uv==$uv_version"
    fi
fi

unset VIRTUAL_ENV
cd "$folder"
if [ "$folder" != "$root/trainer_image" ]; then
    "$uv" sync --quiet --locked --python "$python"
elif "$root/scripts/private_glibc.sh" --needed; then
    # The environment's interpreter is patched below; uv must not judge the wheels by the host's glibc.
    "$uv" sync --quiet --locked --python "$python" --python-platform x86_64-manylinux_2_39
    UV=$uv "$root/scripts/private_glibc.sh" "$folder/.venv" "$python"
else
    "$uv" sync --quiet --locked --python "$python"
fi
echo "environment ready: $folder/.venv"
