"""How the Airflows will read a text that has not been saved yet; shown without the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from secretsui.core import json_text
from secretsui.core.codec import DecodeError
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.models import Kind
from secretsui.web.connection_form import Composed, Form, Reading, to_text
from secretsui.web.forms.connection import ConnectionFields
from secretsui.web.labels import DIALECTS as DIALECT_LABELS
from secretsui.web.labels import FIELDS
from secretsui.web.problems import words_of_value
from secretsui.web.review import review


@dataclass(frozen=True, slots=True)
class Column:
    """What one Airflow makes of the text; `problem` says why it makes nothing of it."""

    label: str | Promise
    problem: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    label: str | Promise
    states: Sequence[str]  # same, differs or unknown, a column each


@dataclass(frozen=True, slots=True)
class Table:
    columns: Sequence[Column]
    lines: Sequence[Line]

    @property
    def is_faithful(self) -> bool:
        return all(state == "same" for line in self.lines for state in line.states)


@dataclass(frozen=True, slots=True)
class JsonHint:
    """What `Variable.get(…, deserialize_json=True)` would find: an object, a list, another value, or where it fails."""

    found: str
    where: str = ""
    size: int = 0


def table(composed: Composed) -> Table | None:
    """A line for each field that is set; None for what is no connection."""
    if not composed.readings:
        return None
    meant = composed.meant
    fields = [field for field in FIELDS if meant is not None and getattr(meant, field) not in (None, "")]
    fields = [field for field in fields if field != "description"]
    lines = [Line(FIELDS[field], [_state(reading, field) for reading in composed.readings]) for field in fields]
    return Table([_column(reading) for reading in composed.readings], lines)


def _column(reading: Reading) -> Column:
    label = DIALECT_LABELS[reading.dialect]
    if reading.problem is None:
        return Column(label)
    return Column(label, str(words_of_value(reading.problem.reason).cause), reading.problem.where)


def _state(reading: Reading, field: str) -> str:
    if reading.problem:
        return "unread"
    return "differs" if field in reading.differs else "same"


def json_hint(text: Sensitive) -> JsonHint:
    try:
        found = json_text.load(text.reveal(), DecodeError)
    except DecodeError as error:
        return JsonHint("nothing", error.where)
    if isinstance(found, dict | list):
        return JsonHint("object" if isinstance(found, dict) else "list", size=len(found))
    return JsonHint("value")


def facts_of(composed: Composed | None, kind: str) -> Mapping[str, Any]:
    """For templates: what will be read from this text."""
    if composed is None or composed.problem:
        return {}
    hint = json_hint(composed.text) if kind == Kind.VARIABLE and composed.text else None
    return {"table": table(composed), "hint": hint, "composed": composed}


def preview_of(request: HttpRequest, form: Form, kind: str, *, key: str, name: str, new: bool = False) -> HttpResponse:
    """The fragment beside the form. What is kept from a stored version is not part of it."""
    if not isinstance(form, ConnectionFields) and not form.data.get("text"):
        return render(request, "edit/preview.html", {"kind": kind, "is_empty": True})
    if not form.is_valid():
        return render(request, "edit/preview.html", {"kind": kind, "form": form})
    composed = to_text(form)
    remarks = review(key, composed, form, kind, name=name, new=new)
    return render(request, "edit/preview.html", {"kind": kind, "review": remarks, **facts_of(composed, kind)})
