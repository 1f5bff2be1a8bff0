"""Measures the product against the least that the same work could cost, in one run; prints a JSON line per figure.

`python -m bench` runs everything, `python -m bench refresh pages` some of it. Nothing here is a test: figures depend on
the machine, so each is a ratio to something that was measured beside it, or a size.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

PARTS = (
    *("codec", "refresh", "pages", "weight", "builder", "connection_uri", "lookup", "conflicts", "audits", "stores"),
    "memory",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"any of {', '.join(PARTS)}; all of them if none is named")
    parser.add_argument("--secrets", type=int, default=10_000, help="size of refresh and lookups (default 10,000)")
    chosen = parser.parse_args()
    unknown = set(chosen.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="secretsui-bench-") as home:
        prepare(Path(home))
        for part in chosen.parts or PARTS:
            run(part, chosen.secrets)
    return 0


def prepare(home: Path) -> None:
    os.environ.update(
        DJANGO_SETTINGS_MODULE="secretsui.settings",
        SECRETSUI_DATA_DIR=str(home),
        SECRETSUI_LOG_LEVEL="WARNING",
    )
    for name in ("DATABASE_URL", "CELERY_BROKER_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        os.environ.pop(name, None)


def run(part: str, secrets: int) -> None:
    print(f"measuring {part} …", file=sys.stderr, flush=True)
    if part == "codec":
        from bench import codec

        codec.measure()
    elif part == "connection_uri":
        from bench import connection_uri

        connection_uri.measure()
    elif part == "lookup":
        from bench import lookup

        lookup.measure(secrets)
    elif part == "stores":
        from bench import stores

        stores.measure()
    elif part == "memory":
        from bench import memory

        memory.measure()
    else:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        from bench import audits, builder, conflicts, pages, refresh, weight

        measures = {
            "refresh": lambda: refresh.measure(secrets),
            "pages": pages.measure,
            "weight": weight.measure,
            "builder": builder.measure,
            "conflicts": conflicts.measure,
            "audits": lambda: audits.measure(secrets),
        }
        measures[part]()


if __name__ == "__main__":
    sys.exit(main())
