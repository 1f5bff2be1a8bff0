"""Entries of a layer: what is kept of a row or a setting, and how all of a layer are written at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import Final

from django.db.models import QuerySet

from secretsui.airflow.api import ConnectionRow, VariableRow
from secretsui.core import codec, facts, prints, uri_writer
from secretsui.core.codec_errors import CodecError
from secretsui.core.connection import Connection
from secretsui.core.dialects import DIALECTS, RULES, Dialect
from secretsui.core.endpoint import endpoint_of
from secretsui.core.facts import conn_type_of
from secretsui.core.sensitive import Hidden, Sensitive
from secretsui.core.versions import at_least
from secretsui.inventory.clean import fit
from secretsui.inventory.models import Deployment, Kind, LayerEntry
from secretsui.inventory.models.layers import Layer
from secretsui.inventory.sync.upsert import insert
from secretsui.inventory.sync.values import key

logger = logging.getLogger(__name__)

SOME: Final = 500
KEY: Final = ("kind", "name", "team")
FACTS: Final = (
    *("conn_type", "endpoint", "use", "fingerprints", "reported", "fingerprint_key", "maybe_unset", "held_in", "line"),
)
_key, _facts = attrgetter(*KEY), attrgetter(*FACTS)


def of_row(deployment: Deployment, row: ConnectionRow | VariableRow) -> LayerEntry:
    """What is kept of a row of the metadata database. What the API masks is a place without a fingerprint."""
    kind, name = (Kind.VARIABLE, row.key) if isinstance(row, VariableRow) else (Kind.CONNECTION, row.conn_id)
    entry = LayerEntry(
        deployment=deployment,
        layer=Layer.METASTORE,
        kind=kind,
        name=fit(LayerEntry, "name", name),
        team=fit(LayerEntry, "team", row.team),
        use={"*": "unknown"},
        fingerprint_key=key().id,
    )
    with _understood(entry):
        _describe_row(entry, row)
    return entry


def _describe_row(entry: LayerEntry, row: ConnectionRow | VariableRow) -> None:
    if isinstance(row, ConnectionRow):
        describe_connection(entry, row.connection)
        return
    if not isinstance(row.value, Hidden):
        entry.use = {"*": "usable" if row.value else "empty"}
    entry.fingerprints = prints.fingerprinted(prints.places(row.value), key().secret)


def describe_connection(entry: LayerEntry, conn: Connection) -> None:
    """Of one that is kept in fields."""
    entry.conn_type = fit(LayerEntry, "conn_type", conn_type_of(conn))
    if not _was_uri(conn):
        entry.endpoint = fit(LayerEntry, "endpoint", endpoint_of("{", conn))
    entry.use = {"*": "usable"}
    entry.fingerprints = prints.fingerprinted(places_of_row(entry.deployment, conn), key().secret)


def places_of_row(deployment: Deployment, conn: Connection) -> prints.Places:
    dialect: Dialect = "3.3" if at_least(deployment.airflow, "3") else "2.11"
    return prints.places({dialect: conn}, names_keys=not _was_uri(conn))


def _was_uri(conn: Connection) -> bool:
    """A URI that was not encoded leaves pieces of its password in other fields; it has no place for a description."""
    return isinstance(conn.description, Hidden)


def describe(entry: LayerEntry, text: Sensitive) -> None:
    """Fill in what may be kept of this text of an environment; the text itself goes no further."""
    if not text:
        entry.use = {"*": "empty"}
        return
    with _understood(entry):
        _describe_text(entry, text)


def _describe_text(entry: LayerEntry, text: Sensitive) -> None:
    found = facts.facts(text, entry.kind, codec.decode)
    entry.conn_type = fit(LayerEntry, "conn_type", found.conn_type)
    entry.endpoint = fit(LayerEntry, "endpoint", found.endpoint)
    entry.use = _use(text, found.unreadable) if entry.kind == Kind.CONNECTION else {"*": "usable"}
    entry.fingerprints = prints.fingerprinted(found.parts, key().secret)
    entry.fingerprint_key = key().id


def _use(text: Sensitive, unreadable: Sequence[Dialect]) -> Mapping[str, str]:
    broken = [dialect for dialect in DIALECTS if dialect in unreadable or not _can_be_cached(text, dialect)]
    if len(broken) == len(DIALECTS):
        return {"*": "broken"}
    return {"*": "usable", **dict.fromkeys(broken, "broken")}


def _can_be_cached(text: Sensitive, dialect: Dialect) -> bool:
    """Airflow spells a connection that it found as a URI, and passes it over if it cannot."""
    try:
        uri_writer.write(codec.decode(text.reveal(), dialect), RULES[dialect])
    except CodecError:
        return False
    return True


@contextmanager
def _understood(entry: LayerEntry) -> Iterator[None]:
    """One value that we fail on must not keep all others from being known."""
    try:
        yield
    except Exception:
        logger.exception("value not understood layer=%s name=%s", entry.layer, entry.name)
        entry.use, entry.fingerprints = {"*": "unknown"}, {prints.UNTOLD: prints.HIDDEN}


def replace(before: QuerySet[LayerEntry], entries: Iterable[LayerEntry]) -> int:
    """Let these entries take the place of those before, in the caller's transaction; only what differs is written.

    Their number, each counted once.
    """
    news = {_key(entry): entry for entry in entries}
    known = before.order_by().values_list("pk", *KEY, *FACTS)
    gone = []
    for pk, kind, name, team, *there in known.iterator(2000):
        entry = news.get((kind, name, team))
        if entry is not None and _facts(entry) == tuple(there):
            entry.pk = pk
        else:
            gone.append(pk)
    for some in _slices(gone):
        LayerEntry.objects.filter(pk__in=some).delete()
    insert([entry for entry in news.values() if entry.pk is None])
    return len(news)


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + SOME] for start in range(0, len(ids), SOME))
