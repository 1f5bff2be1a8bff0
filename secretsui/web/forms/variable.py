"""A variable, written as text, as JSON or as a number; whichever it is, what was typed is stored to the byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.core import json_layout
from secretsui.core.codec_errors import DecodeError
from secretsui.core.sensitive import Sensitive
from secretsui.core.variable_reading import BYTE_ORDER_MARK, is_number, json_value
from secretsui.inventory.models import Kind
from secretsui.web.forms.raw import RawText
from secretsui.web.forms.stored import Stored
from secretsui.web.forms.text import unify

SHAPES: Final[list[tuple[str, str | Promise]]] = [
    ("text", gettext_lazy("Text")),
    ("json", gettext_lazy("JSON")),
    ("number", gettext_lazy("Number")),
]

# What a button does to typed JSON; None where it can do nothing.
LAYOUTS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "format:text": json_layout.pretty,
    "compact:text": json_layout.compact,
}


class VariableText(RawText):
    """The shape is a check on what is typed and never stored: Airflow keeps variables as text alone."""

    shape = forms.ChoiceField(
        label=gettext_lazy("Write it as"),
        choices=SHAPES,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )

    def __init__(self, data: QueryDict | None, *, base: Stored | None, shown: bool = False) -> None:
        self.asked = data.get("repair", "") if data else ""
        super().__init__(_laid_out(data), base=base, kind=Kind.VARIABLE, shown=shown)
        chosen = data.get("shape") if data and shown else None
        self.initial = {**(self.initial or {}), "shape": chosen or _shape_of(base)}

    @property
    def is_typed(self) -> bool:
        """Does the form hold the text, or is it kept as it is stored?"""
        return bool(self.data.get("text") if self.is_bound else self.initial.get("text"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        typed = cleaned.get("text")
        if self.asked in LAYOUTS and not typed and "text" not in self.errors:
            self.add_error("text", _("The value is hidden. Show the current values, or type the text, and try again."))
        elif typed:
            self._check(unify(typed), cleaned.get("shape"))
        return cleaned

    def _check(self, typed: str, shape: str | None) -> None:
        if shape == "json" and (problem := json_problem(typed)):
            self.add_error("text", problem)
        elif shape == "number" and not is_number(typed):
            self.add_error(
                "text",
                _(
                    "This is no number as Python and JSON write it. Write 42, -1.5 or 6e3, with a point, "
                    "and with nothing around it; or write it as text."
                ),
            )


def json_problem(text: str) -> str:
    """Why this is no JSON, and where; "" if it is."""
    if text.startswith(BYTE_ORDER_MARK):
        return _("A byte order mark stands before the JSON, and Airflow cannot read it. Remove character 1.")
    try:
        json_value(Sensitive(text))
    except DecodeError as failure:
        if failure.reason == "too-deep":
            return _("The JSON is nested too deeply for Airflow. Flatten it.")
        if failure.reason == "number-too-long":
            return _("A number has too many digits for Airflow. Write it in quotation marks.")
        return _("This is not valid JSON at %(where)s. Correct it there, or write it as text.") % {
            "where": failure.where
        }
    return ""


def _shape_of(base: Stored | None) -> str:
    if base is None:
        return "text"
    text = base.text.reveal()
    if is_number(text):
        return "number"
    try:
        return "json" if json_value(base.text).type_name in ("dict", "list") else "text"
    except DecodeError:
        return "text"


def _laid_out(data: QueryDict | None) -> QueryDict | None:
    """With the text as the pressed button lays it out; what it cannot change stays, and is judged by `clean`."""
    layout = LAYOUTS.get(str(data.get("repair"))) if data else None
    if data is None or layout is None:
        return data
    changed, typed = data.copy(), str(data.get("text", ""))
    changed["shape"] = "json"
    if typed and not json_problem(typed):
        changed["text"] = layout(typed) or typed
    return changed
