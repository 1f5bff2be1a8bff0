#!/bin/sh
# The image's entry point: the first argument is a role, or a command of its own.
set -eu
role=${1:-web}
[ $# -eq 0 ] || shift
case $role in
  web)
    exec gunicorn secretsui.wsgi --bind "0.0.0.0:${PORT:-8000}" --workers "${WEB_CONCURRENCY:-2}" \
      --worker-class gthread --threads 8 --worker-tmp-dir /dev/shm --preload \
      --no-control-socket "$@" ;;
  worker) exec celery -A secretsui worker -l INFO -P threads -c "${WORKER_THREADS:-8}" "$@" ;;
  beat) exec celery -A secretsui beat -l INFO --pidfile= "$@" ;;
  migrate) exec python manage.py migrate --noinput "$@" ;;
  manage) exec python manage.py "$@" ;;
  *) exec "$role" "$@" ;;
esac
