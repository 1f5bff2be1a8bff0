#!/usr/bin/env bash
# Pins each requirements*.in, with hashes, in the order in which they include one another.
# `tools/lock.sh --upgrade` takes newer versions.
set -euo pipefail
cd "$(dirname "$0")/.."
for name in requirements requirements-demo requirements-vault requirements-gcp requirements-azure requirements-dev; do
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url \
    --generate-hashes "$@" "$name.in" -o "$name.txt"
done
