"""What a browser sends of a form, and what the form then says."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from secretsui.core.sensitive import Sensitive
from secretsui.web.connection_form import Composed, bind, to_text
from secretsui.web.forms.connection import ConnectionFields
from secretsui.web.forms.stored import Stored


def stored(text: str) -> Stored:
    return Stored(Sensitive(text), "v5", "version 5")


def fields(base: Stored | None = None, **more: Any) -> ConnectionFields:
    form = bind(None, "connection", base, **more)
    assert isinstance(form, ConnectionFields)
    return form


def as_sent(form: ConnectionFields, typed: dict[str, str] | None = None) -> QueryDict:
    """Every input of the page, with CR LF as browsers have it; boxes only where they are ticked."""
    boxes = {name for name in form.fields if name.startswith("remove_")}
    page = {name: str(form[name].value() or "") for name in form.fields if name not in boxes}
    ticked = {name: "on" for name in boxes if form[name].value()}
    sent = QueryDict(mutable=True)
    sent.update({"mode": "fields", "form_type": form.form_type})
    for name, value in {**page, **ticked, **(typed or {})}.items():
        sent[name] = value.replace("\r\n", "\n").replace("\n", "\r\n")
    return sent


def typed_in(base: Stored | None, typed: dict[str, str], **more: Any) -> ConnectionFields:
    form = bind(as_sent(fields(base, **more), typed), "connection", base)
    assert isinstance(form, ConnectionFields)
    return form


def saved(base: Stored | None, typed: dict[str, str], **more: Any) -> Composed:
    form = typed_in(base, typed, **more)
    assert form.is_valid(), form.errors
    return to_text(form)
