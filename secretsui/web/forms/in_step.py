"""Fields and JSON in step: a key typed into the JSON moves to the input that it has of its own."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import QueryDict

from secretsui.core import extras, json_members
from secretsui.core.catalogue import Field
from secretsui.web.forms import stored_json
from secretsui.web.forms.extra_inputs import PREFIX, movable


def moved(data: QueryDict, fields: Sequence[Field], *, has_rest: bool) -> QueryDict:
    """What was sent, with such keys moved. Where the two hold different values both stay: that is for people to end.

    `has_rest` tells that an empty JSON field would mean the stored rest, so that of a moved whole {} has to stay.
    """
    raw = data.get("extra", "")
    values = stored_json.load(raw) or {}
    texts = {field.name: _text(field, values[field.name], data) for field in fields if field.name in values}
    taken = {name: text for name, text in texts.items() if text is not None}
    if not taken:
        return data
    sent = data.copy()
    for name, text in taken.items():
        raw = json_members.remove(raw, name)
        sent[PREFIX + name] = text
    sent["extra"] = raw if len(taken) < len(values) else "{}" if has_rest else ""
    return sent


def _text(field: Field, value: object, data: QueryDict) -> str | None:
    """What the input then holds; None where the key has to stay in the JSON."""
    typed = data.get(PREFIX + field.name, "")
    if not typed:
        return movable(field, value)
    try:
        is_same = stored_json.spell(extras.to_value(field, typed)) == stored_json.spell(value)
    except extras.BadExtra:
        return None
    return typed if is_same else None
