"""From fields to one text and back, with everything that was typed; or the form as it was, saying why it stays."""

from __future__ import annotations

from django.http import QueryDict
from django.utils.translation import gettext as _

from secretsui.core import catalogue, uri_edit
from secretsui.core.connection import Connection
from secretsui.core.facts import facts
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.models import Kind
from secretsui.web.connection_form import Form, bind, to_text
from secretsui.web.forms import extra_inputs, stored_json
from secretsui.web.forms.connection import FIELDS, REMOVE, ConnectionFields, as_input
from secretsui.web.forms.raw import RawText
from secretsui.web.forms.retype import CannotMove, Whole, divided
from secretsui.web.forms.stored import Stored
from secretsui.web.forms.type_choice import RESHAPE, chosen
from secretsui.web.labels import FIELDS as LABELS
from secretsui.web.problems import words_of_value
from secretsui.web.text_rules import PLAIN, TextRules


def asked_for(
    sent: QueryDict,
    kind: str,
    base: Stored | None,
    *,
    shown: bool = False,
    written_as: str = "json",
    rules: TextRules = PLAIN,
) -> Form:
    """The form that was sent; or the one that its button asks for, of another type or in the other mode."""
    if "switch" in sent and kind == Kind.CONNECTION:
        form = switched(sent, base, written_as=written_as, rules=rules)
    elif sent.get("action") == RESHAPE and not (sent.get("text") or sent.get("conn_type")):
        form = _reshaped(sent, kind, base)
    else:
        form = bind(sent, kind, base, mode=sent.get("mode", ""), shown=shown, conn_type=chosen(sent))
    form.rules = rules
    return form


def _reshaped(sent: QueryDict, kind: str, base: Stored | None) -> Form:
    """With another Airflow's form nobody says yet that this one is complete."""
    if sent.get("mode") == "raw" or kind != Kind.CONNECTION:
        return bind(None, kind, base, mode=sent.get("mode", ""))
    return ConnectionFields(None, base=base, typed={name: str(text) for name, text in sent.items()})


def switched(sent: QueryDict, base: Stored | None, *, written_as: str = "json", rules: TextRules = PLAIN) -> Form:
    """What the button `switch` asks for: raw or fields."""
    if sent["switch"] == (mode := sent.get("mode", "")):
        return bind(sent, Kind.CONNECTION, base, mode=mode)
    if sent["switch"] == "raw":
        return _to_text(sent, base, rules)
    return _to_fields(sent, base, written_as, rules)


def _to_text(sent: QueryDict, base: Stored | None, rules: TextRules) -> Form:
    form = ConnectionFields(sent, base=base)
    form.rules = rules
    if not any(form.data.get(name) for name in form.fields if name != "written_as"):
        return RawText(None, base=base, kind=Kind.CONNECTION)
    if not form.is_valid():
        return form
    try:
        text = _text_of(form)
    except CannotMove as problem:
        form.add_error(None, str(problem))
        return form
    return RawText(text, base=base, kind=Kind.CONNECTION, shown=text is not None)


def _text_of(form: ConnectionFields) -> QueryDict | None:
    """The text of this form as it is sent; None for the stored one, which stays hidden."""
    composed = to_text(form)
    if form.base and composed.text == form.base.text:
        return None
    if form.unseen:
        words = _("The text would show what is hidden here: %(fields)s. Press Show current values first, or save.")
        raise CannotMove(words % {"fields": ", ".join(str(form[name].label) for name in form.unseen)})
    if composed.problem:
        raise CannotMove(str(words_of_value(composed.problem.reason).cause))
    sent = QueryDict(mutable=True)
    sent["text"] = composed.text.reveal()
    return sent


def _to_fields(sent: QueryDict, base: Stored | None, written_as: str, rules: TextRules) -> Form:
    form = RawText(sent, base=base, kind=Kind.CONNECTION)
    if base is not None and base.connection is None:
        form.add_error("text", _("The stored value cannot be read as fields. Save one that can be read first."))
        return form
    if not sent.get("text", "").strip():
        return ConnectionFields(None, base=base, written_as=written_as)
    if not form.is_valid():
        return form
    try:
        typed = _inputs_of_text(form.typed_text(), base, rules)
    except CannotMove as problem:
        form.add_error("text", str(problem))
        return form
    return ConnectionFields(None, base=base, conn_type=typed["conn_type"], typed=typed)


def _inputs_of_text(text: Sensitive, base: Stored | None, rules: TextRules) -> dict[str, str]:
    read = Stored(text, "", "", rules.decode)
    if read.connection is None:
        raise CannotMove(_fault(text, rules))
    if lost := _lost(text, read.connection, base):
        words = _("The fields have no place for all of this: %(places)s. Remove it first, or go on with the text.")
        raise CannotMove(words % {"places": ", ".join(lost)})
    return {**inputs_of(read.connection, base), "written_as": read.written_as}


def _fault(text: Sensitive, rules: TextRules) -> str:
    known = facts(text, Kind.CONNECTION, rules.decode)
    return f"{words_of_value(known.problem).cause} {f'({known.detail})' if known.detail else ''}".strip()


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
