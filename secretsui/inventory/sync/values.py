"""What a record keeps of a value: harmless facts and keyed fingerprints, nothing else."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.utils import timezone

from secretsui.core import facts, prints
from secretsui.core.backends import secrets_manager
from secretsui.core.decoding import decoder
from secretsui.core.findings import Finding
from secretsui.core.rules import traits
from secretsui.core.rules.format import lint, of_store
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.clean import fit, storable
from secretsui.inventory.models import Prefix, SecretRecord
from secretsui.inventory.search_text import with_endpoint
from secretsui.inventory.sync.upsert import KEY, upsert
from secretsui.stores.base import StoreError, Value

logger = logging.getLogger(__name__)

Answer = Value | StoreError


class Known(NamedTuple):
    """Fields of a record, as one value tells them."""

    value_version: str
    fingerprint_key: str
    form: str
    conn_type: str = ""
    endpoint: str = ""
    problem: str = ""
    problem_detail: str = ""
    fingerprints: Mapping[str, str] = {}
    read_error: str = ""
    made_at: datetime | None = None
    lint: Sequence[Mapping[str, Any]] | None = None
    traits: Mapping[str, Any] | None = None


class Unread(NamedTuple):
    """There is a value, but this kept us from knowing it: a StoreError.kind, or "unchecked"."""

    kind: str


class Key(NamedTuple):
    secret: bytes
    id: str


COLUMNS: Final = (*KEY, *Known._fields, "search", "value_read_at")
# What a value tells beside, where a list may not: that it is the current one, and given to whoever asks.
_WITH_STATE: Final = (*COLUMNS, "version_id", "disabled")
DISABLED: Final = "disabledversion"


def learn(answer: Answer, kind: str, store: str = secrets_manager.STORE) -> Known | Unread:
    """What may be kept of this answer, for a secret of this kind (connection, variable, …) in a store of this kind."""
    if isinstance(answer, StoreError):
        return Unread(answer.kind)
    if answer.text is None:
        return Known(answer.version_id, key().id, "binary", made_at=answer.created_at)
    try:
        return _known(answer.version_id, answer.text, kind, store)._replace(made_at=answer.created_at)
    except Exception:
        # One value that we fail on must not keep all others from being read.
        logger.exception("value not understood name=%s", answer.name)
        return Unread("unchecked")


def _known(version_id: str, text: Sensitive, kind: str, store: str) -> Known:
    found, (secret, key_id), context = facts.facts(text, kind, decoder(store)), key(), of_store(store)
    return Known(
        value_version=fit(SecretRecord, "value_version", version_id),
        fingerprint_key=key_id,
        form=found.form,
        conn_type=fit(SecretRecord, "conn_type", found.conn_type),
        endpoint=fit(SecretRecord, "endpoint", found.endpoint),
        problem=fit(SecretRecord, "problem", found.problem),
        problem_detail=fit(SecretRecord, "problem_detail", found.detail),
        fingerprints=prints.fingerprinted(found.parts, secret),
        lint=[_storable(finding) for finding in lint(text, kind, context)],
        traits=traits.of(text, kind, context).as_json(),
    )


def _storable(finding: Finding) -> Mapping[str, Any]:
    """A `Finding` without what is empty, fit for a database."""
    facts = {name: storable(fact) if isinstance(fact, str) else fact for name, fact in finding.facts.items()}
    told = {**dataclasses.asdict(finding), "facts": facts, "field": storable(finding.field)}
    return {name: value for name, value in told.items() if value}


def write(prefix: Prefix, learned: Mapping[str, Known | Unread]) -> None:
    """For records that are there: one that was removed meanwhile does not come back."""
    columns = COLUMNS if prefix.store_kind == secrets_manager.STORE else _WITH_STATE
    records = SecretRecord.objects.select_for_update().filter(prefix=prefix, name__in=list(learned)).order_by()
    rows: list[Sequence[Any]] = []
    unread: dict[str, list[str]] = {}
    now = timezone.now()
    for name, search in records.values_list("name", "search"):
        known = learned[name]
        if isinstance(known, Known):
            facts = (*known, with_endpoint(search, known.endpoint), now, known.value_version, False)
            row = (prefix.pk, name, *facts)
            rows.append(row[: len(columns)])
        else:
            unread.setdefault(known.kind, []).append(name)
    upsert(columns, rows)
    for kind, names in unread.items():
        state = {"disabled": True} if kind == DISABLED else {}
        records.filter(name__in=names).update(read_error=kind, **state)


def key() -> Key:
    return _key(str(settings.FINGERPRINT_KEY), facts.REVISION)


@cache
def _key(text: str, revision: int) -> Key:
    """The id names the key without giving it away: fingerprints and facts under another id cannot be compared."""
    secret = text.encode()
    named = f"key of fingerprints, facts of revision {revision}".encode()
    return Key(secret, hmac.new(secret, named, hashlib.sha256).hexdigest()[:16])
