"""What was typed into the form of one Airflow, for the form of another."""

from __future__ import annotations

from django.http import QueryDict

from secretsui.core import catalogue
from secretsui.core.catalogue_overlay import Overlay, laid
from secretsui.web.forms import stored_json
from secretsui.web.forms.connection import ConnectionFields
from secretsui.web.forms.extra_inputs import PREFIX, dump
from secretsui.web.forms.retype import retyped


def carried(sent: QueryDict, before: Overlay | None, after: Overlay | None) -> QueryDict:
    """Each typed extra in its input of the other form, or in the JSON where that has none. Raises `CannotMove`."""
    if sent.get("mode") == "raw":
        return sent
    with laid(before):
        form = ConnectionFields(sent, base=None)
    with laid(after):
        typed = retyped(form, form.form_type)
    moved = sent.copy()
    for name in [name for name in moved if name.startswith(PREFIX)]:
        del moved[name]
    for name in typed.keys() - {"conn_type"}:
        moved[name] = typed[name]
    return moved


def without_strays(sent: QueryDict, shown: Overlay | None) -> QueryDict:
    """Inputs of a form that cannot be drawn any more, as its Airflow does not answer or is gone, go into the JSON."""
    if sent.get("mode") == "raw":
        return sent
    with laid(shown):
        kind = catalogue.find(sent.get("form_type", ""))
    names = {PREFIX + field.name for field in kind.fields} if kind else set()
    strays = {name: text for name, text in sent.items() if text and name.startswith(PREFIX) and name not in names}
    extra = stored_json.load(sent.get("extra", "") or "{}")
    if not strays or extra is None:
        return sent
    kept = sent.copy()
    for name in strays:
        del kept[name]
    whole = {**{name.removeprefix(PREFIX): text for name, text in strays.items()}, **extra}
    kept["extra"] = stored_json.pretty(dump(whole) or "")
    return kept
