#!/usr/bin/env bash
# Prints the orchestrator's locked packages for Composer and images, without the marker that every line would share.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/uv.sh export --quiet --locked --no-dev --no-hashes --no-annotate --no-header |
    sed "s/ ; (platform_machine == 'arm64' and sys_platform == 'darwin') or (platform_machine == 'aarch64' and sys_platform == 'linux') or (platform_machine == 'x86_64' and sys_platform == 'linux')\$//"
