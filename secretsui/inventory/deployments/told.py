"""What one place says of one name, and what lies there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, cast

from secretsui.core.backends import azure, google, parameter_store, secrets_manager, vault
from secretsui.core.backends.source import Kind, State
from secretsui.core.dialects import DIALECTS
from secretsui.core.lookup import ABSENT, UNKNOWN, Answer, Use
from secretsui.core.prints import TEXT, Prints, unreadable

OWNER_TAGS: Final = ("owner", "Owner", "team", "Team")
# Our own reader may lack a right that Airflow has, so nothing follows for Airflow.
REFUSED: Final = ("denied", "cannotdecrypt")
DISABLED: Final = "disabledversion"
NOT_FOUND: Final = "notfound"
NO_VALUE: Final = "no-value"
# What Airflow gets where our reading failed for a reason that lies in the secret itself.
_TO_AIRFLOW: Final[Mapping[tuple[str, str], State]] = {
    (parameter_store.STORE, NOT_FOUND): "absent",
    (vault.STORE, NOT_FOUND): "absent",  # destroyed, or an object without the key that is asked for
    (vault.STORE, "pendingdeletion"): "deleted",
    (google.STORE, NOT_FOUND): "absent",
    (google.STORE, DISABLED): "failed",
    (azure.STORE, NOT_FOUND): "absent",
    (azure.STORE, DISABLED): "denied",
}

Trouble = Literal["", "denied", "failed"]


class Record(NamedTuple):
    """What is wanted of a `SecretRecord`, in this order."""

    prefix_id: int
    name: str
    deleted_at: datetime | None
    form: str
    conn_type: str
    problem: str
    read_error: str
    stale: bool
    fingerprints: Prints
    fingerprint_key: str
    changed_at: datetime | None
    described_at: datetime | None
    tags: Mapping[str, Any]
    version_id: str
    disabled: bool


class Entry(NamedTuple):
    """What is wanted of a `LayerEntry`, in this order."""

    source_id: int | None
    kind: str
    name: str
    team: str
    conn_type: str
    use: Mapping[str, str]
    fingerprints: Prints
    fingerprint_key: str
    held_in: str
    maybe_unset: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What lies in a place, whether or not it can be used. Prints of another `key` cannot be compared."""

    name: str
    prints: Prints
    key: str
    conn_type: str = ""
    owner: str = ""
    changed_at: datetime | None = None
    prefix: int | None = None
    source: int | None = None
    kind: str = ""
    problem: str = ""  # a code of `core.fault`

    @property
    def identity(self) -> tuple[object, ...]:
        """The same for two columns in which one and the same thing lies: a secret, a line of an env file."""
        return self.prefix, self.source, self.kind, self.name


@dataclass(frozen=True, slots=True)
class Told:
    """`reason` is a code for why it is unknown or doubtful, `as_of` when the place said so.

    `trouble` is what kept us from knowing, where the answer is unknown because of something that went wrong. `prefix`
    covers the name, whether or not there is such a secret.
    """

    answer: Answer
    reason: str = ""
    as_of: datetime | None = None
    held: Held | None = None
    trouble: Trouble = ""
    prefix: int | None = None


def absent(as_of: datetime | None, prefix: int | None = None) -> Told:
    return Told(ABSENT, as_of=as_of, prefix=prefix)


def unknown(reason: str, as_of: datetime | None = None, prefix: int | None = None) -> Told:
    return Told(UNKNOWN, reason, as_of, prefix=prefix)


def failed(reason: str, before: Told) -> Told:
    """The last attempt to read the place failed; what it said before is as old as it is."""
    return replace(before, answer=UNKNOWN, reason=reason, trouble="failed")


def of_record(
    record: Record, listed_at: datetime | None, kind: Kind, *, read_as: str, store: str = secrets_manager.STORE
) -> Told:
    """`read_as` is the kind that the index took the value for, "" where it cannot have read it as Airflow does."""
    held = Held(
        name=record.name,
        prints=record.fingerprints if read_as == kind else _text_alone(record.fingerprints, read_as, store),
        key=record.fingerprint_key,
        conn_type=record.conn_type if kind == "connection" else "",
        owner=_owner(record.tags),
        changed_at=record.changed_at,
        prefix=record.prefix_id,
        problem=record.problem,
    )
    as_of = max(filter(None, (listed_at, record.described_at)), default=None)
    if record.deleted_at:
        return Told(Answer("deleted"), "", as_of, held, prefix=held.prefix)
    error = DISABLED if record.disabled else record.read_error
    if state := _TO_AIRFLOW.get((store, error)):
        return Told(Answer(state), NO_VALUE if error == NOT_FOUND else error, as_of, held, prefix=held.prefix)
    if error in REFUSED:
        return Told(UNKNOWN, error, as_of, held, "denied", held.prefix)
    if record.form == "binary":
        return Told(Answer("binary"), "", as_of, held, prefix=held.prefix)
    use: Use = _use_of_record(record) if read_as == kind else "unknown"
    answer = Answer("present", use=use, unreadable=unreadable(held.prints))
    return Told(answer, _doubt(record), as_of, held, prefix=held.prefix)


def _use_of_record(record: Record) -> Use:
    if record.read_error or not record.form:
        return "unknown"
    return "usable" if record.fingerprints.get(TEXT) else "empty"


def _doubt(record: Record) -> str:
    if record.stale:
        return "stale"
    return record.read_error or ("" if record.form else "not-read")


def of_entries(found: Sequence[Entry], as_of: datetime | None, kind: Kind) -> Told:
    """Several sources may set one name: which of them counts is not known, unless they agree."""
    first = found[0]
    if any(each.fingerprints != first.fingerprints for each in found[1:]):
        held = replace(_held(first, kind), prints={}, key="")
        return Told(Answer("present"), "several-sources", as_of, held)
    if first.maybe_unset:
        return Told(UNKNOWN, "gap", as_of, _held(first, kind))
    if first.held_in:
        return Told(Answer("present"), "kept-elsewhere", as_of, _held(first, kind))
    broken = [dialect for dialect in DIALECTS if first.use.get(dialect) == "broken"]
    use = cast("Use", first.use.get("*", "unknown"))
    return Told(Answer("present", use=use, unreadable=broken), "", as_of, _held(first, kind))


def misspelt(entry: Entry, as_of: datetime | None, kind: Kind) -> Told:
    """Airflow looks for names in capitals."""
    return Told(ABSENT, "lower-case", as_of, _held(entry, kind))


def _held(entry: Entry, kind: Kind) -> Held:
    conn_type = entry.conn_type if kind == "connection" else ""
    return Held(
        entry.name, entry.fingerprints, entry.fingerprint_key, conn_type, source=entry.source_id, kind=entry.kind
    )


def _text_alone(prints: Prints, read_as: str, store: str) -> Prints:
    """Vault's entry of another kind is another piece of the object."""
    return {TEXT: prints[TEXT]} if TEXT in prints and not (store == vault.STORE and read_as) else {}


def _owner(tags: Mapping[str, Any]) -> str:
    return next((str(tags[name]) for name in OWNER_TAGS if tags.get(name)), "")
