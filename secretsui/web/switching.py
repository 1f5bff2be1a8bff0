"""From fields to one text and back, with everything that was typed; or the form as it was, saying why it stays."""

from __future__ import annotations

from django.http import QueryDict
from django.utils.translation import gettext as _

from secretsui.core import catalogue, uri_edit
from secretsui.core.codec import DecodeError
from secretsui.core.connection import Connection
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.models import Kind
from secretsui.web.connection_form import MAIN, Form, bind, read, to_text
from secretsui.web.forms import extra_inputs, stored_json
from secretsui.web.forms.connection import FIELDS, REMOVE, ConnectionFields, as_input
from secretsui.web.forms.raw import RawText
from secretsui.web.forms.retype import Whole, divided
from secretsui.web.forms.stored import Stored
from secretsui.web.forms.type_choice import chosen
from secretsui.web.labels import FIELDS as LABELS
from secretsui.web.problems import words_of_value


def asked_for(
    sent: QueryDict, kind: str, base: Stored | None, *, shown: bool = False, written_as: str = "json"
) -> Form:
    """The form that was sent; or the one that its button asks for, of another type or in the other mode."""
    if "switch" in sent and kind == Kind.CONNECTION:
        return switched(sent, base, written_as=written_as)
    return bind(sent, kind, base, mode=sent.get("mode", ""), shown=shown, conn_type=chosen(sent))


def switched(sent: QueryDict, base: Stored | None, *, written_as: str = "json") -> Form:
    """What the button `switch` asks for: raw or fields."""
    if sent["switch"] == (mode := sent.get("mode", "")):
        return bind(sent, Kind.CONNECTION, base, mode=mode)
    if sent["switch"] == "raw":
        return _to_text(sent, base)
    return _to_fields(sent, base, written_as)


def _to_text(sent: QueryDict, base: Stored | None) -> Form:
    form = ConnectionFields(sent, base=base)
    if not any(form.data.get(name) for name in form.fields if name != "written_as"):
        return RawText(None, base=base, kind=Kind.CONNECTION)
    if not form.is_valid():
        return form
    composed = to_text(form)
    if base and composed.text == base.text:
        return RawText(None, base=base, kind=Kind.CONNECTION)
    if form.unseen:
        form.add_error(None, _hidden(form))
        return form
    if composed.problem:
        form.add_error(None, str(words_of_value(composed.problem.reason).cause))
        return form
    sent = sent.copy()
    sent["text"] = composed.text.reveal()
    return RawText(sent, base=base, kind=Kind.CONNECTION, shown=True)


def _hidden(form: ConnectionFields) -> str:
    words = _("The text would show what is hidden here: %(fields)s. Press Show current values first, or save.")
    return words % {"fields": ", ".join(str(form[name].label) for name in form.unseen)}


def _to_fields(sent: QueryDict, base: Stored | None, written_as: str) -> Form:
    form = RawText(sent, base=base, kind=Kind.CONNECTION)
    text = sent.get("text", "")
    if base is not None and base.connection is None:
        form.add_error("text", _("The stored value cannot be read as fields. Save one that can be read first."))
        return form
    if not text.strip() or not form.is_valid():
        return form if text.strip() else ConnectionFields(None, base=base, written_as=written_as)
    typed = form.typed_text()
    found = read(typed, MAIN)
    if isinstance(found, DecodeError):
        form.add_error("text", f"{words_of_value(found.reason).cause} {found.where and f'({found.where})'}".strip())
        return form
    if lost := _lost(typed, found, base):
        words = _("The fields have no place for all of this: %(places)s. Remove it first, or go on with the text.")
        form.add_error("text", words % {"places": ", ".join(lost)})
        return form
    conn_type = str(found.conn_type or "")
    told = {**inputs_of(found, base), "written_as": "json" if typed.reveal().lstrip().startswith("{") else "uri"}
    return ConnectionFields(None, base=base, conn_type=conn_type, typed=told)


def _lost(text: Sensitive, found: Connection, base: Stored | None) -> list[str]:
    """What no field takes; an edit in place keeps what the stored text has of this kind."""
    kept = set(_unread(base.text)) if base else set()
    fields = [str(LABELS[field]) for field in FIELDS if as_input(field, getattr(found, field)) is None]
    return [*fields, *(place for place in _unread(text) if place not in kept)]


def _unread(text: Sensitive) -> list[str]:
    clear = text.reveal()
    return [*stored_json.ignored(clear)] if clear.lstrip().startswith("{") else [*uri_edit.unread(clear)]


def inputs_of(conn: Connection, base: Stored | None = None) -> dict[str, str]:
    """What a form is sent that says this connection; of a stored version, with the boxes ticked of what it lacks."""
    start = (base and base.connection) or Connection()
    known = catalogue.find(str(conn.conn_type or ""))
    fields = list(known.fields) if known else []
    sent = {field: as_input(field, getattr(conn, field)) or "" for field in FIELDS if field != "extra"}
    gone = [field for field in ("login", "password") if not sent[field] and getattr(start, field)]
    sent |= {"form_type": sent["conn_type"], **{REMOVE + field: "on" for field in gone}}
    parts = extra_inputs.parts(conn.extra, fields)
    if parts.whole is None:
        return sent | {"extra": as_input("extra", conn.extra) or ""}
    return sent | divided(Whole(parts.whole, frozenset()), extra_inputs.parts(start.extra, fields), fields)
