"""The inputs of typed extras: what each shows of a value, and the parts into which they divide a stored extra."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _

from secretsui.core import extras
from secretsui.core.catalogue import Field
from secretsui.core.sensitive import Sensitive
from secretsui.web.forms import stored_json

PREFIX: Final = "x-"
_LONG: Final = frozenset({"multiline", "pem", "json"})
_KEYBOARDS: Final = {"integer": "numeric", "number": "decimal", "url": "url", "email": "email"}


@dataclass(frozen=True)
class Parts:
    """A stored extra as a form shows it: what the inputs of a type hold, and the JSON of the rest.

    `whole` is None where the stored text is no JSON object with each key once; then all of it is rest.
    """

    whole: dict[str, Any] | None
    known: Mapping[str, str]
    rest: Sensitive | None


def parts(stored: Sensitive | None, fields: Sequence[Field]) -> Parts:
    whole = _object(stored)
    known = split(whole or {}, fields)[0]
    if whole is None or not known:
        return Parts(whole, {}, stored)
    rest = {key: value for key, value in whole.items() if key not in known}
    return Parts(whole, known, Sensitive(json.dumps(rest, ensure_ascii=False)) if rest else None)


def _object(stored: Sensitive | None) -> dict[str, Any] | None:
    if not stored:
        return {}
    found = stored_json.in_clear(stored)
    whole = stored_json.load(found) if isinstance(found, str) else None
    return whole if whole is not None and dump(whole) is not None else None


def dump(value: Any, *, ensure_ascii: bool = False) -> str | None:
    """None where it is nested too deeply to be written."""
    try:
        return json.dumps(value, ensure_ascii=ensure_ascii)
    except RecursionError:
        return None


def split(values: Mapping[str, Any], fields: Sequence[Field]) -> tuple[dict[str, str], dict[str, Any]]:
    """The texts that inputs show, and what stays JSON."""
    texts = {field.name: shown(field, values[field.name]) for field in fields if field.name in values}
    known = {name: text for name, text in texts.items() if text is not None}
    return known, {key: value for key, value in values.items() if key not in known}


def shown(field: Field, value: Any) -> str | None:
    """What an input shows and sends back unchanged; None where it cannot, so that the value stays JSON."""
    return extras.to_text(field, value) or None


def movable(field: Field, value: Any) -> str | None:
    """What an input shows of a value that comes out of it again when it is checked as one that was typed."""
    text = shown(field, value)
    try:
        return text if text and stored_json.spell(extras.to_value(field, text)) == stored_json.spell(value) else None
    except extras.BadExtra:
        return None


def is_long(field: Field) -> bool:
    return field.format in _LONG or field.kind in ("object", "list")


def form_field(field: Field, current: str) -> forms.CharField:
    """`current` stands in the input already: a choice that is not among the listed ones stays one."""
    widget = _widget(field, current)
    widget.attrs |= {
        "class": "mono",
        "data-kind": field.kind,
        "spellcheck": "false",
        "autocapitalize": "none",
        "autocomplete": "off",
    }
    if field.placeholder:
        widget.attrs["placeholder"] = field.placeholder
    label, help_text = field.label or field.name, field.help or ""
    return forms.CharField(label=label, help_text=help_text, required=False, strip=False, widget=widget)


def _widget(field: Field, current: str) -> forms.Widget:
    if field.choices or field.kind == "boolean":
        return forms.Select(choices=_choices(field, current))
    if is_long(field):
        return forms.Textarea(attrs={"rows": 3})
    if field.secret:
        return forms.PasswordInput(render_value=True)
    keyboard = _KEYBOARDS.get(field.kind) or _KEYBOARDS.get(field.format)
    return forms.TextInput(attrs={"inputmode": keyboard} if keyboard else {})


def _choices(field: Field, current: str) -> list[tuple[str, str]]:
    known = _answers(field) if field.kind == "boolean" else [(text, text) for text in _texts(field)]
    if current and current not in dict(known):
        known.append((current, current))
    default = extras.to_text(field, field.default)
    words = _("Default (%(value)s)") % {"value": dict(known).get(default, default)} if default else _("Default")
    return [("", words), *known]


def _answers(field: Field) -> list[tuple[str, str]]:
    return [(extras.to_text(field, True) or "", _("Yes")), (extras.to_text(field, False) or "", _("No"))]


def _texts(field: Field) -> list[str]:
    return [text for choice in field.choices or () if (text := extras.to_text(field, choice))]
