"""Entries of a layer: what is kept of a row or a setting, and how all of a layer are written at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Final

from django.db.models import QuerySet

from secretsui.airflow.api import ConnectionRow, VariableRow
from secretsui.core import codec, facts, prints, uri_writer
from secretsui.core.codec_errors import CodecError
from secretsui.core.connection import Connection
from secretsui.core.dialects import DIALECTS, RULES, Dialect
from secretsui.core.endpoint import endpoint_of
from secretsui.core.sensitive import Hidden, Sensitive
from secretsui.core.versions import at_least
from secretsui.inventory.clean import fit
from secretsui.inventory.models import Deployment, Kind, LayerEntry
from secretsui.inventory.models.layers import Layer
from secretsui.inventory.sync.values import key

SOME: Final = 500
KEY: Final = ("kind", "name", "team")
FACTS: Final = (*("conn_type", "endpoint", "use", "fingerprints", "reported", "fingerprint_key", "held_in", "line"),)
_key, _facts = attrgetter(*KEY), attrgetter(*FACTS)


def of_row(deployment: Deployment, row: ConnectionRow | VariableRow) -> LayerEntry:
    """What is kept of a row of the metadata database. What the API masks is a place without a fingerprint."""
    if isinstance(row, VariableRow):
        return _of_value(deployment, row)
    conn = row.connection
    return LayerEntry(
        deployment=deployment,
        layer=Layer.METASTORE,
        kind=Kind.CONNECTION,
        name=fit(LayerEntry, "name", row.conn_id),
        team=fit(LayerEntry, "team", row.team),
        conn_type=fit(LayerEntry, "conn_type", conn.conn_type if isinstance(conn.conn_type, str) else ""),
        endpoint=fit(LayerEntry, "endpoint", endpoint_of("{", conn)),  # no URI, so no doubt what is the host
        use={"*": "usable"},
        fingerprints=prints.fingerprinted(places_of_row(deployment, conn), key().secret),
        fingerprint_key=key().id,
    )


def places_of_row(deployment: Deployment, conn: Connection) -> prints.Places:
    dialect: Dialect = "3.3" if at_least(deployment.airflow, "3") else "2.11"
    return prints.places({dialect: conn})


def _of_value(deployment: Deployment, row: VariableRow) -> LayerEntry:
    use = "unknown" if isinstance(row.value, Hidden) else "usable" if row.value else "empty"
    return LayerEntry(
        deployment=deployment,
        layer=Layer.METASTORE,
        kind=Kind.VARIABLE,
        name=fit(LayerEntry, "name", row.key),
        team=fit(LayerEntry, "team", row.team),
        use={"*": use},
        fingerprints=prints.fingerprinted(prints.places(row.value), key().secret),
        fingerprint_key=key().id,
    )


def describe(entry: LayerEntry, text: Sensitive) -> None:
    """Fill in what may be kept of this text of an environment; the text itself goes no further."""
    if not text:
        entry.use = {"*": "empty"}
        return
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
    LayerEntry.objects.bulk_create([entry for entry in news.values() if entry.pk is None], batch_size=SOME)
    return len(news)


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + SOME] for start in range(0, len(ids), SOME))
