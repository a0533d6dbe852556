#!/usr/bin/env bash
# Prints the path of a working Python 3.12: the one on PATH, or the newest that pyenv holds.
set -euo pipefail
for candidate in python3.12 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12.*/bin/python3.12; do
    if "$candidate" -c 'import ensurepip, ssl, sqlite3' >/dev/null 2>&1; then
        "$candidate" -c 'import os, sys; print(os.path.realpath(sys.executable))'
        exit 0
    fi
done
echo "recsflow needs Python 3.12 with venv, ssl and sqlite3; none was found on PATH or under pyenv." >&2
echo "On Debian or Ubuntu: apt-get install python3.12 python3.12-venv" >&2
exit 1
