# One image for web, worker and beat; the command says which: web (the default), worker, beat or migrate.
FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
# The clients of other secrets backends to have as well: any of vault, gcp and azure, with spaces between.
ARG BACKENDS=""
COPY requirements.txt requirements-vault.txt requirements-gcp.txt requirements-azure.txt ./
RUN python -m venv /venv && /venv/bin/pip install --quiet --requirement requirements.txt \
    && for backend in $BACKENDS; do \
        /venv/bin/pip install --quiet --requirement "requirements-$backend.txt" || exit 1; \
    done
COPY manage.py ./
COPY secretsui secretsui
COPY templates templates
COPY static static
COPY tools/entrypoint.sh tools/entrypoint.sh
# The keys made on the way stay in this stage.
RUN SECRETSUI_DATA_DIR=/tmp/build SECRETSUI_STATIC_ROOT=/app/collected \
    /venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.13-slim-bookworm
RUN groupadd --system --gid 10001 secretsui \
    && useradd --system --uid 10001 --gid 10001 --home-dir /data --shell /usr/sbin/nologin secretsui \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
# Paths only; it is our name that holds the word secret.
# hadolint ignore=DL3064
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    SECRETSUI_DATA_DIR=/data \
    SECRETSUI_STATIC_ROOT=/app/collected
WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ.get(\"PORT\", 8000)}/healthz', timeout=4)"]
ENTRYPOINT ["/app/tools/entrypoint.sh"]
CMD ["web"]
