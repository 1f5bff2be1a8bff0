"""The form of one secret's value, and the text that it stands for.

`bind` gives the form for a kind of secret, `to_text` turns a valid one into the text to store. What a form was not
given stays as it is stored: a hidden field is an absence here and never a row of dots that could be written back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import QueryDict

from secretsui.core import codec, uri_edit
from secretsui.core.codec import DIALECTS, CodecError, DecodeError, Dialect
from secretsui.core.compare import compare, field_of
from secretsui.core.connection import Connection
from secretsui.core.construct import normal_type
from secretsui.core.decoding import Decode
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.models import Kind
from secretsui.web.forms import stored_json
from secretsui.web.forms.connection import ConnectionFields
from secretsui.web.forms.raw import RawText
from secretsui.web.forms.retype import CannotMove, retyped
from secretsui.web.forms.stored import Stored
from secretsui.web.forms.variable import VariableText
from secretsui.web.text_rules import PLAIN, TextRules

Form = ConnectionFields | RawText

MAIN: Final[Dialect] = "3.3"  # what the screens show where the three differ


@dataclass(frozen=True, slots=True)
class Reading:
    """What one Airflow makes of a text: a problem, or the fields in which it differs from what is meant."""

    dialect: Dialect
    problem: DecodeError | None
    differs: Sequence[str] = ()

    @property
    def is_faithful(self) -> bool:
        return self.problem is None and not self.differs


@dataclass(frozen=True, slots=True)
class Composed:
    """The text to store, and what is to know about it before it is stored."""

    text: Sensitive
    form: str  # uri, json or text
    meant: Connection | None = None
    readings: Sequence[Reading] = ()
    in_place: bool = False  # the stored text with nothing but these changes, so that the rest is read as before
    ignored: Sequence[str] = ()  # JSON keys that Airflow passes over, and that stay
    dropped: Sequence[str] = ()  # those that this form has no place for
    left_out: Sequence[str] = ()  # places of a stored URI that no Airflow reads, and that a new text has no place for
    problem: CodecError | None = None  # why there is no text: Airflow could not write this either
    rules: TextRules = PLAIN


def bind(
    data: QueryDict | None,
    kind: str,
    base: Stored | None,
    *,
    mode: str = "",
    shown: bool = False,
    conn_type: str = "",
    written_as: str = "json",
    rules: TextRules = PLAIN,
) -> Form:
    """The form, bound to `data` if there is some. `shown` puts the stored values of hidden fields into it.

    With `conn_type` it is the form for that type, not checked yet, with everything in it that `data` holds; only where
    something would get lost on the way is it the form for the old type, which then has an error that says so.
    """
    form: Form
    if kind == Kind.VARIABLE:
        form = VariableText(data, base=base, shown=shown)
    elif kind != Kind.CONNECTION or mode == "raw" or (base is not None and base.connection is None):
        form = RawText(data, base=base, kind=kind, shown=shown)
    elif data is not None and conn_type:
        form = _of_type(ConnectionFields(data, base=base), conn_type)
    else:
        form = ConnectionFields(data, base=base, shown=shown, conn_type=conn_type, written_as=written_as)
    form.rules = rules
    return form


def _of_type(form: ConnectionFields, conn_type: str) -> ConnectionFields:
    try:
        typed = retyped(form, conn_type)
    except CannotMove as problem:
        form.add_error("conn_type", str(problem))
        return form
    return ConnectionFields(None, base=form.base, conn_type=conn_type, typed=typed)


def to_text(form: Form, onto: Stored | None = None) -> Composed:
    """What this valid form says. Where nothing was changed it is the stored text, to the last byte.

    With `onto` the changes of the form are made to that text instead of the one the form was built from.
    """
    if isinstance(form, RawText):
        return of_text(form.typed_text(), form.kind, form.rules)
    return _of_fields(form, onto or form.base)


def of_text(text: Sensitive, kind: str, rules: TextRules = PLAIN) -> Composed:
    if kind != Kind.CONNECTION:
        return Composed(text, "text", rules=rules)
    found = read(text, MAIN, rules.decode)
    meant = None if isinstance(found, DecodeError) else found
    form = "json" if text.reveal().lstrip().startswith("{") else "uri"
    ignored = stored_json.ignored(text.reveal())
    return Composed(text, form, meant, readings(text, meant, rules.decode), ignored=ignored, rules=rules)


def _of_fields(form: ConnectionFields, target: Stored | None) -> Composed:
    written_as = _written_as(form, target)
    changes = _changes(form, target)
    meant = apply((target and target.connection) or Connection(), changes)
    try:
        kept = _in_place(target, changes) if target and written_as == target.written_as else None
        return replace(kept or _anew(target, meant, written_as, form.rules), rules=form.rules)
    except CodecError as problem:
        return Composed(Sensitive(""), written_as, meant, problem=problem, rules=form.rules)


def _changes(form: ConnectionFields, target: Stored | None) -> Mapping[str, Any]:
    """On top of another text than the one the form was built from, an extra is changed key by key."""
    changes = form.changes()
    if target is None or target is form.base or "extra" not in changes:
        return changes
    base, theirs = (conn.extra if conn else None for conn in (form.base and form.base.connection, target.connection))
    merged = stored_json.rebase(changes["extra"] or "{}", base, theirs)
    return {**changes, "extra": None if merged == "{}" else merged}


def _in_place(target: Stored, changes: Mapping[str, Any]) -> Composed | None:
    """None where the text cannot be changed so that every Airflow reads the rest as before."""
    if target.connection is None:
        return None
    before = {dialect: read(target.text, dialect, target.decode) for dialect in DIALECTS}
    expected = {
        name: apply(conn, _for_reader(changes, target.connection, conn))
        for name, conn in before.items()
        if isinstance(conn, Connection)
    }
    for text in _edits(target, changes):
        now = [_reading(dialect, read(text, dialect, target.decode), expected.get(dialect)) for dialect in DIALECTS]
        if all(reading.is_faithful for reading in now if reading.dialect in expected):
            ignored = stored_json.ignored(text.reveal())
            return Composed(text, target.written_as, expected[MAIN], now, in_place=True, ignored=ignored)
    return None


def _for_reader(changes: Mapping[str, Any], shown: Connection, conn: Connection) -> Mapping[str, Any]:
    """The changes for an Airflow that reads the extra otherwise than the screens show it: key by key."""
    if not changes.get("extra") or conn.extra == shown.extra:
        return changes
    return {**changes, "extra": stored_json.rebase(changes["extra"], shown.extra, conn.extra)}


def _edits(target: Stored, changes: Mapping[str, Any]) -> Iterator[Sensitive]:
    """The texts in which these changes could be made, the one that changes least first."""
    text = target.text.reveal()
    if not changes:
        yield target.text
    elif target.is_editable_json:
        yield Sensitive(stored_json.edit(text, changes))
    else:
        found = [_edited_parameters(text, target, changes), uri_edit.edit(text, changes)]
        yield from (Sensitive(edited) for edited in found if edited is not None)


def _edited_parameters(text: str, target: Stored, changes: Mapping[str, Any]) -> str | None:
    """Of a URI whose parameters are texts only those that changed; None where they are not such."""
    if "extra" not in changes or target.connection is None:
        return None
    keys = stored_json.difference(target.connection.extra, changes["extra"])
    rest = uri_edit.edit(text, {field: value for field, value in changes.items() if field != "extra"})
    if keys is None or rest is None or not all(isinstance(value, str | None) for value in keys.values()):
        return None
    return uri_edit.edit_parameters(rest, keys)


def _anew(target: Stored | None, meant: Connection, written_as: str, rules: TextRules) -> Composed:
    is_uri = written_as == "uri"
    text = codec.to_uri(meant, MAIN) if is_uri else Sensitive(stored_json.write(meant))
    had = target.text.reveal() if target else ""
    was_json = target is not None and target.written_as == "json"
    return Composed(
        text,
        written_as,
        meant,
        readings(text, meant, rules.decode),
        dropped=stored_json.ignored(had),
        left_out=[] if was_json else uri_edit.unread(had),
    )


def _written_as(form: ConnectionFields, target: Stored | None) -> str:
    """As the form says; as the target is where the form leaves it as it was."""
    chosen: str = form.cleaned_data["written_as"]
    return target.written_as if target and form.base and chosen == form.base.written_as else chosen


def apply(start: Connection, changes: Mapping[str, Any]) -> Connection:
    """The connection with these fields changed, spelled as Airflow will spell them."""
    found: dict[str, Any] = dict(changes)
    for field in ("login", "password", "extra"):
        if isinstance(found.get(field), str):
            found[field] = Sensitive(found[field])
    if isinstance(found.get("conn_type"), str):
        found["conn_type"] = normal_type(found["conn_type"])
    return replace(start, **found)


def read(text: Sensitive, dialect: Dialect, decode: Decode = codec.decode_secrets_manager) -> Connection | DecodeError:
    try:
        return decode(text.reveal(), dialect)
    except DecodeError as error:
        return error


def readings(
    text: Sensitive, meant: Connection | None, decode: Decode = codec.decode_secrets_manager
) -> Sequence[Reading]:
    return [_reading(dialect, read(text, dialect, decode), meant) for dialect in DIALECTS]


def _reading(dialect: Dialect, found: Connection | DecodeError, meant: Connection | None) -> Reading:
    if isinstance(found, DecodeError):
        return Reading(dialect, found)
    return Reading(dialect, None, differing(meant, found) if meant else ())


def differing(left: Connection, right: Connection) -> Sequence[str]:
    """The fields, in Airflow's order and without the keys of the extra, in which two readings differ."""
    fields = dict.fromkeys(field_of(diff.field) for diff in compare(left, right) if diff.state != "same")
    return list(fields)
