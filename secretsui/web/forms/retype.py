"""A form for another type, with everything in it that was typed for the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from secretsui.core import catalogue
from secretsui.core.catalogue import Field
from secretsui.web.forms import extra_inputs, stored_json
from secretsui.web.forms.connection import GONE, REMOVE, ConnectionFields
from secretsui.web.forms.extra_inputs import PREFIX, Parts, dump


class CannotMove(Exception):
    """Why the form stays as it is: moved, something typed would get lost or something hidden be shown."""


@dataclass(frozen=True)
class Whole:
    """The extra that a form stands for. `hidden` are the keys that are stored and stand nowhere on the page."""

    values: Mapping[str, Any]
    hidden: frozenset[str]


def retyped(form: ConnectionFields, conn_type: str) -> dict[str, str]:
    """What the form for this type has to be sent so that it says the same. Raises `CannotMove`."""
    kind = catalogue.find(conn_type)
    sent = {name: str(form[name].value() or "") for name in form.fields if not _is_of_extra(name)}
    sent |= {"conn_type": conn_type, "form_type": conn_type}
    fields = kind.fields if kind else ()
    return sent | divided(whole_of(form), extra_inputs.parts(form.start.extra, fields), list(fields))


def _is_of_extra(name: str) -> bool:
    return name in ("extra", f"{REMOVE}extra") or name.removeprefix(REMOVE).startswith(PREFIX)


def whole_of(form: ConnectionFields) -> Whole:
    raw = str(form["extra"].value() or "")
    typed = stored_json.load(raw) if raw.strip() else {}
    if typed is None or form.parts.whole is None:
        raise CannotMove(_("The extra is not a JSON object, so its keys cannot be moved. Mend it first."))
    removed = bool(form[f"{REMOVE}extra"].value())
    stored = form.parts.whole
    values = {key: value for key, value in stored.items() if key in form.parts.known or not (raw or removed)} | typed
    seen = set(typed)
    for field in form.typed_extras:
        value = form.as_typed(field)
        if value is GONE and field.name not in typed:
            values.pop(field.name, None)
        elif value is not None and value is not GONE:
            values[field.name] = value
        if value is not None or not field.secret or form[PREFIX + field.name].value():
            seen.add(field.name)
    return Whole(values, frozenset(values.keys() - seen))


def divided(whole: Whole, parts: Parts, fields: list[Field]) -> dict[str, str]:
    """The same extra in the inputs of these fields and the JSON beside them."""
    sent: dict[str, str] = {}
    rest = dict(whole.values)
    for field in fields:
        text = _text(field, rest, parts) if field.name in rest else None
        if text is not None:
            del rest[field.name]
            sent[PREFIX + field.name] = "" if field.secret and field.name in whole.hidden else text
        elif field.name in parts.known:
            sent |= {PREFIX + field.name: "", **({REMOVE + PREFIX + field.name: "on"} if field.secret else {})}
    return sent | _rest(rest, whole, parts)


def _text(field: Field, values: Mapping[str, Any], parts: Parts) -> str | None:
    """A stored value is shown whatever it is; another one only where it may be typed."""
    value, stored = values[field.name], (parts.whole or {}).get(field.name)
    is_stored = stored_json.spell(value) == stored_json.spell(stored)
    return parts.known.get(field.name) if is_stored else extra_inputs.movable(field, value)


def _rest(rest: dict[str, Any], whole: Whole, parts: Parts) -> dict[str, str]:
    stored = {key: value for key, value in (parts.whole or {}).items() if key not in parts.known}
    if stored_json.spell(rest) == stored_json.spell(stored) and (whole.hidden & rest.keys() or not rest):
        return {"extra": ""}
    if not rest:
        return {"extra": "", f"{REMOVE}extra": "on"}
    if hidden := sorted(whole.hidden & rest.keys()):
        words = _("The type has no field for what you typed, and the JSON that would take it is hidden: %(names)s.")
        remedy = _("Save first, or press Show current values.")
        raise CannotMove(f"{words % {'names': ', '.join(hidden)}} {remedy}")
    return {"extra": stored_json.pretty(dump(rest) or "")}
