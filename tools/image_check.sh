#!/usr/bin/env bash
# Builds the image with buildah and starts it for real: migrate, web, worker. Needs root and Linux.
# Where the official base image cannot be pulled, one like it is made from debootstrap and a local CPython.
# Without the tools it says so and passes; with IMAGE_CHECK=1 and CI=true that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

base=docker.io/library/python:3.13-slim-bookworm
store=${XDG_CACHE_HOME:-$HOME/.cache}/secretsui-image
image=secretsui:check

skip() {
  echo "image-check did not run: $1" >&2
  if [ "${CI:-}" = true ] && [ "${IMAGE_CHECK:-}" = 1 ]; then exit 1; fi
  exit 0
}

[ "$(id -u)" = 0 ] || skip "it needs root"
command -v buildah >/dev/null || skip "buildah is not installed"

buildah() { command buildah --root "$store/store" --runroot "$store/run" --storage-driver overlay "$@"; }
say() { echo "image-check: $*"; }

work=$(mktemp -d)
started=()
containers=()
clean() {
  # unshare ignores a plain SIGTERM; killed, it takes its whole namespace along.
  for pid in "${started[@]}"; do kill -9 "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
  for container in "${containers[@]}"; do buildah rm "$container" >/dev/null; done
  rm -rf "$work"
}
trap clean EXIT

# A CPython that was not built into the system, so that its folder can be copied as a whole.
own_python() {
  local version candidate prefix
  for version in 3.13 3.12 3.11; do
    for candidate in "python$version" "$HOME/.pyenv/versions/$version".*/bin/python3; do
      prefix=$("$candidate" -c 'import sys; print(sys.base_prefix)' 2>/dev/null) || continue
      if [ "$prefix" != /usr ]; then echo "$prefix"; return; fi
    done
  done
  return 1
}

make_base() {
  local prefix root container short
  command -v debootstrap >/dev/null || skip "the base image cannot be pulled and debootstrap is not installed"
  prefix=$(own_python) || skip "the base image cannot be pulled and there is no CPython 3.11-3.13 to make one from"
  short=$(basename "$(readlink -f "$prefix/bin/python3")")
  say "making a base image from debootstrap and $short"
  debootstrap --variant=minbase bookworm "$work/root" >"$work/debootstrap.log" 2>&1 ||
    { tail -n 20 "$work/debootstrap.log" >&2; return 1; }
  container=$(buildah from scratch)
  containers+=("$container")
  root=$(buildah mount "$container")
  cp -a "$work/root/." "$root/"
  tar -C "$prefix" --exclude=test --exclude=__pycache__ --exclude=./lib/python3.*/site-packages/* -cf - . | tar -C "$root/usr/local" -xf -
  for name in python python3; do ln -sf "$short" "$root/usr/local/bin/$name"; done
  ldconfig -r "$root"
  buildah umount "$container" >/dev/null
  # A CPython that was compiled here needs the libraries that it was linked with.
  buildah run --isolation chroot "$container" -- sh -c \
    'apt-get update -qq && apt-get install -y -qq --no-install-recommends ca-certificates libssl3 libffi8 libsqlite3-0 libbz2-1.0 liblzma5 libreadline8 >/dev/null'
  buildah config --env PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin --cmd python3 "$container"
  buildah commit --quiet --format docker "$container" "$base" >/dev/null
}

build() {
  if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
    timeout 120 "$(command -v buildah)" --root "$store/store" --runroot "$store/run" --storage-driver overlay \
      pull --quiet "$base" >/dev/null 2>&1 || make_base
  fi
  say "building"
  buildah bud --quiet --layers --isolation chroot --pull-never --format docker -v /etc/ssl/certs:/etc/ssl/certs:ro \
    -t "$image" . >"$work/build.log" 2>&1 || { tail -n 30 "$work/build.log" >&2; return 1; }
}

expect_config() {
  buildah inspect --type image --format "{{.Docker.Config.$1}}" "$image" | grep -q -- "$2" ||
    { say "the image's $1 is not $2" >&2; return 1; }
}

port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
in_image() { buildah run --isolation chroot --env "PORT=$port" "$container" -- /app/tools/entrypoint.sh "$@"; }

# Its own process namespace: when it is killed, so is everything that was started in it.
start() {
  local log=$work/$1.log
  export -f buildah in_image
  export container port store
  unshare --fork --pid --kill-child bash -c 'in_image "$@"' start "$1" >"$log" 2>&1 &
  started+=($!)
}

await() {
  local what=$1 log=$2
  shift 2
  for _ in $(seq 120); do
    if "$@" >/dev/null 2>&1; then say "$what"; return; fi
    sleep 0.5
  done
  echo "image-check: waited in vain for: $what" >&2
  tail -n 30 "$log" >&2
  return 1
}

mkdir -p "$store"
build
expect_config User 10001
expect_config Healthcheck healthz
expect_config Entrypoint entrypoint.sh

container=$(buildah from --pull-never "$image")
containers+=("$container")
[ "$(buildah run --isolation chroot "$container" -- id -u)" = 10001 ] || { say "it does not run as uid 10001" >&2; exit 1; }
in_image migrate >"$work/migrate.log" 2>&1 || { tail -n 30 "$work/migrate.log" >&2; exit 1; }
say "migrated"
start web
address=http://127.0.0.1:$port
await "web answers the health check" "$work/web.log" curl --fail --silent "$address/healthz"
await "web shows the login page" "$work/web.log" curl --fail --silent "$address/accounts/login/"
style=$(curl --silent "$address/accounts/login/" | grep -o '/static/[^"]*\.css' | head -n 1)
await "web serves $style" "$work/web.log" curl --fail --silent "$address$style"
start worker
await "the worker is ready" "$work/worker.log" grep -q ' ready\.' "$work/worker.log"
say "passed"
