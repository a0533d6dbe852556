#!/usr/bin/env bash
# Refuses a Dockerfile that takes a base image by its tag, which its owner may move: check_bases.sh [DOCKERFILE]
set -euo pipefail
dockerfile=${1:-$(dirname "$0")/Dockerfile}
declare -A stages=([scratch]=1)
number=0 status=0
while read -r -a words; do
    number=$((number + 1))
    if [ "${words[0]:-}" != FROM ]; then continue; fi
    image=${words[1]}
    case $image in --*) image=${words[2]} ;; esac
    if [ -z "${stages[$image]:-}" ] && ! [[ $image =~ @sha256:[0-9a-f]{64}$ ]]; then
        echo "$dockerfile:$number: FROM $image names no digest, so another build may take another image;" \
            "run 'make pin-images' and commit the file." >&2
        status=1
    fi
    if [ "${words[-2]}" = AS ]; then stages[${words[-1]}]=1; fi
done <"$dockerfile"
exit "$status"
