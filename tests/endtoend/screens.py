"""What people see of a refresh, and what the index holds after it."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Mapping
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse

from secretsui.access.tasks import refresh_prefix
from secretsui.cloud.sessions import Tuning
from secretsui.inventory import wiring
from secretsui.inventory.models import Prefix, Refresh, SecretRecord

SCREENS: Final = ("overview", "secrets", "accounts")
# A record has two parts, each learned and written at once: from the listing, and from the value.
LISTED: Final = ("description", "tags", "version_id", "kms_key_id", "changed_at", "deleted_at", "search")
OF_THE_VALUE: Final = ("value_version", "form", "conn_type", "endpoint", "fingerprints", "problem")

Row = Mapping[str, Any]


def words(page: str) -> str:
    """What a reader sees: without tags, in single spaces."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def screens(client: Client) -> Mapping[str, str]:
    pages = {}
    for name in SCREENS:
        response = client.get(reverse(name))
        assert response.status_code == 200, name
        pages[name] = words(response.content.decode())
    return pages


def press_refresh(client: Client, prefix: Prefix) -> Refresh:
    """The button, and the worker in place: what it did."""
    response = client.post(reverse("refresh"), {"prefix": prefix.pk})
    assert response.status_code == 302
    run = Refresh.objects.get(prefix=prefix, state__in=Refresh.ACTIVE)
    refresh_prefix(run.pk)
    run.refresh_from_db()
    return run


def rows(prefix: Prefix) -> Mapping[str, Row]:
    found = SecretRecord.objects.filter(prefix=prefix).order_by().values("name", "stale", *LISTED, *OF_THE_VALUE)
    return {row.pop("name"): row for row in found}


def assert_before_or_newer(now: Mapping[str, Row], before: Mapping[str, Row], after: Mapping[str, Row]) -> None:
    """Each part of each record is as it was, or as a whole refresh makes it; nothing in between, and nothing lost."""
    lost = {name for name in before if name in after and name not in now}
    assert not lost
    for name, row in now.items():
        known = [each[name] for each in (before, after) if name in each]
        assert _part(row, LISTED) in [_part(each, LISTED) for each in known], name
        empty = dict.fromkeys(OF_THE_VALUE[:-2], "") | {"fingerprints": {}, "problem": ""}
        assert _part(row, OF_THE_VALUE) in [empty, *(_part(each, OF_THE_VALUE) for each in known)], name


def _part(row: Row, fields: tuple[str, ...]) -> Row:
    part = {field: row[field] for field in fields}
    if "search" in part:  # its last line is of the value
        part["search"] = part["search"].rpartition("\n")[0]
    return part


def hurry(monkeypatch: pytest.MonkeyPatch, *, read_seconds: float = 0.3) -> None:
    """Clients that give up soon, so that a test need not wait as long as a person would."""
    usual = wiring._identity
    tuning = Tuning(connect_seconds=0.5, read_seconds=read_seconds)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    monkeypatch.setattr(wiring, "_identity", lambda prefix: dataclasses.replace(usual(prefix), tuning=tuning))
