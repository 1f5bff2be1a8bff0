#!/usr/bin/env bash
# Makes .venv ready for one purpose, `run` or `dev`; does nothing when it is ready already.
# BACKENDS names the clients that `run` is to have beside boto3: any of vault, gcp and azure, with spaces between.
# Uses uv where it is on the PATH, otherwise the interpreter's own venv and pip. PYTHON picks the interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:?say run or dev}
case $purpose in
  run)
    files=(requirements.txt requirements-demo.txt)
    for backend in ${BACKENDS:-}; do
      [ -f "requirements-$backend.txt" ] || { echo "BACKENDS: say vault, gcp or azure, not $backend." >&2; exit 2; }
      files+=("requirements-$backend.txt")
    done
    ;;
  dev) files=(requirements-dev.txt) ;;
  *) echo "tools/venv.sh: unknown purpose $purpose; say run or dev." >&2; exit 2 ;;
esac

# Two makes that start together must not install into one .venv at once.
if command -v flock >/dev/null; then
  exec 9<requirements.txt
  flock 9
fi

supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
version='import sys; print("%d.%d.%d" % sys.version_info[:3])'

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if "$candidate" -c "$supported" 2>/dev/null; then
      "$candidate" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  echo "secretsui needs Python 3.11, 3.12 or 3.13. Install one, or name it: make PYTHON=/path/to/python3.12 …" >&2
  return 1
}

# An interpreter that was asked for by name replaces a .venv of another version.
usable() {
  .venv/bin/python -c "$supported" 2>/dev/null || return 1
  [ -z "${PYTHON:-}" ] || [ "$(.venv/bin/python -c "$version")" = "$("$PYTHON" -c "$version")" ]
}

# What the stamp of a set says while it is up to date.
state() { echo "$(.venv/bin/python -c "$version") $(cat "$@" | cksum)"; }

fresh() { [ "$(cat ".venv/.ready-$1" 2>/dev/null)" = "$(state "${@:2}")" ]; }

make_venv() {
  local python
  python=$(find_python)
  rm -rf .venv
  if command -v uv >/dev/null; then
    UV_PYTHON_DOWNLOADS=never uv venv --quiet --python "$python" .venv
  elif ! "$python" -m venv .venv; then
    rm -rf .venv
    echo "Python's venv is not complete. Install the package python3-venv (Debian, Ubuntu) or uv, then try again." >&2
    return 1
  fi
}

install() {
  local arguments=() file
  for file in "${files[@]}"; do arguments+=(-r "$file"); done
  if command -v uv >/dev/null; then
    uv pip install --quiet --compile-bytecode --python .venv/bin/python "${arguments[@]}"
  else
    [ -x .venv/bin/pip ] || .venv/bin/python -m ensurepip --upgrade >/dev/null
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input "${arguments[@]}"
  fi
}

usable || make_venv
# The development set holds the other one.
if fresh "$purpose" "${files[@]}" || { [ "$purpose" = run ] && fresh dev requirements-dev.txt; }; then exit 0; fi
echo "Installing what secretsui needs into .venv; this happens once." >&2
install
state "${files[@]}" >".venv/.ready-$purpose"
