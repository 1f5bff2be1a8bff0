"""Rows of the index without a store, and what a page of HTML says."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from secretsui.inventory.models import Prefix, SecretRecord
from secretsui.inventory.search_text import compose
from secretsui.inventory.sync import summary


def put(prefix: Prefix, *keys: str, tags: Mapping[str, str] | None = None, **facts: Any) -> list[SecretRecord]:
    """Secrets with these ids under the prefix, which counts as read completely a moment ago."""
    rows = [_row(prefix, key, dict(tags or {}), facts) for key in keys]
    SecretRecord.objects.bulk_create(rows)
    renew(prefix, as_of=timezone.now() - timedelta(minutes=4), complete=True)
    return rows


def renew(prefix: Prefix, **facts: Any) -> None:
    """These facts of the last refresh, and the counts anew."""
    Prefix.objects.filter(pk=prefix.pk).update(summary=summary.count(prefix), **facts)
    prefix.refresh_from_db()


def _row(prefix: Prefix, key: str, tags: dict[str, str], facts: dict[str, Any]) -> SecretRecord:
    name = prefix.name_of(key)
    given: dict[str, Any] = {
        "changed_at": timezone.now() - timedelta(hours=2),
        "conn_type": "postgres" if prefix.kind == "connection" else "",
        "endpoint": "crm-db.example:5432/crm" if prefix.kind == "connection" else "",
        "description": "",
        "version_id": "v1",
        **facts,
    }
    search = compose(name, given["description"], tags, given["endpoint"])
    return SecretRecord(prefix=prefix, name=name, key=key, tags=tags, search=search, **given)


def ids(response: HttpResponse) -> list[str]:
    """The ids in the rows of a list, in their order."""
    return re.findall(r'<a class="id"[^>]*>([^<]*)</a>', text(response))


def text(response: HttpResponse) -> str:
    return response.content.decode()


def words(response: HttpResponse) -> str:
    """What the page says, without markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", text(response))).split())
