"""Bytes: the list page with 50 rows, and, gzipped as over the wire, what an empty cache loads with it."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from django.test import Client

from bench import report
from bench.rows import person, prefix_with

_ASSET = re.compile(r'(?:href|src)="(/static/[^"#?]+)')


def measure() -> None:
    from django.conf import settings

    user = person_again()
    place = prefix_with(1_000, user)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    html = client.get("/secrets/").content
    report.line("html of 50 rows", raw=len(html), gzip=packed(html), goal=60_000, holds=len(html) <= 60_000)
    assets = {path: served(path, Path(settings.STATIC_ROOT)) for path in sorted(set(_ASSET.findall(html.decode())))}
    total = sum(assets.values())
    report.line("cold assets", gzip=total, goal=130_000, holds=total <= 130_000, files=assets)
    place.records.all().delete()
    place.delete()


def person_again() -> object:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.filter(username="bench").first() or person()


def served(url: str, root: Path) -> int:
    """As WhiteNoise sends it: the file that was compressed beforehand where there is one."""
    path = root / url.removeprefix("/static/")
    zipped = path.with_name(path.name + ".gz")
    return zipped.stat().st_size if zipped.exists() else path.stat().st_size


def packed(data: bytes) -> int:
    return len(gzip.compress(data, 6))
