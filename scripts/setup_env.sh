#!/usr/bin/env bash
# Builds one locked environment: setup_env.sh <folder that holds pyproject.toml and uv.lock>
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(cd "$root/$1" && pwd)
python=$("$root/scripts/find_python.sh")

# TensorFlow Data Validation needs pyfarmhash, which is published as C++ source only.
require_compiler() {
    command -v c++ >/dev/null && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "installing g++ (pyfarmhash, a dependency of TFX, is built from source)"
        apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends g++ >/dev/null
    else
        echo "TFX's dependency pyfarmhash is built from source: install a C++ compiler (apt-get install g++)." >&2
        exit 1
    fi
}

unset VIRTUAL_ENV
cd "$folder"
# Two commands may need it at once: the second waits for the first and finds its work done.
ready=.venv/.ready
mkdir -p "$root/.recsflow"
if command -v flock >/dev/null; then exec 9>"$root/.recsflow/setup.lock"; flock 9; fi
if [ "$ready" -nt uv.lock ] && [ "$ready" -nt pyproject.toml ]; then exit 0; fi
case $1 in .) name=orchestrator ;; *) name=$1 ;; esac
echo "building the locked environment: $name"
if [ "$folder" != "$root/trainer_image" ]; then
    "$root/scripts/uv.sh" sync --quiet --locked --python "$python"
else
    require_compiler
    if "$root/scripts/private_glibc.sh" --needed; then
        # The environment's interpreter is patched below; uv must not judge the wheels by the host's glibc.
        "$root/scripts/uv.sh" sync --quiet --locked --python "$python" --python-platform x86_64-manylinux_2_39
        "$root/scripts/private_glibc.sh" "$folder/.venv" "$python"
    else
        "$root/scripts/uv.sh" sync --quiet --locked --python "$python"
    fi
fi
touch "$ready"
