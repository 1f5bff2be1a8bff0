"""A connection by Airflow's standard fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from secretsui.core.connection import Connection
from secretsui.web.forms import stored_json
from secretsui.web.forms.raw import covered, refuse_dots
from secretsui.web.forms.stored import WRITTEN_AS, Stored
from secretsui.web.forms.text import uncarried, unify
from secretsui.web.vocabulary import TYPES

OPEN: Final = ("conn_type", "host", "schema", "port")
HIDDEN: Final = ("login", "password", "extra")
FIELDS: Final = (*OPEN, *HIDDEN)
_PLAIN: Final = {"spellcheck": "false", "autocomplete": "off", "autocapitalize": "none", "class": "mono"}
_OWN: Final[Mapping[str, Mapping[str, Any]]] = {
    "conn_type": {"list": "conn-types"},
    "port": {"inputmode": "numeric"},
    "password": {"autocomplete": "new-password"},
    "extra": {"rows": 4},
}


class ConnectionFields(forms.Form):
    """Unlike the open fields, the hidden ones come empty, and empty means: as it is stored."""

    conn_type = forms.CharField(label=_("Connection Type"), max_length=500, strip=True)
    host = forms.CharField(label=_("Host"), required=False, strip=False)
    schema = forms.CharField(label=_("Schema"), required=False, strip=False)
    login = forms.CharField(label=_("Login"), required=False, strip=False)
    password = forms.CharField(
        label=_("Password"), required=False, strip=False, widget=forms.PasswordInput(render_value=True)
    )
    port = forms.CharField(label=_("Port"), required=False)
    extra = forms.CharField(label=_("Extra"), required=False, strip=False, widget=forms.Textarea)
    remove_login = forms.BooleanField(label=_("Remove the login"), required=False)
    remove_password = forms.BooleanField(label=_("Remove the password"), required=False)
    remove_extra = forms.BooleanField(label=_("Remove the extra"), required=False)
    written_as = forms.ChoiceField(
        label=_("Stored as"), choices=WRITTEN_AS, widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    )

    def __init__(self, data: QueryDict | None, *, base: Stored | None, shown: bool = False) -> None:
        self.base = base
        self.start = (base and base.connection) or Connection()
        super().__init__(None if shown else data, initial=self._initial(data, shown=shown))
        for field in FIELDS:
            self.fields[field].widget.attrs.update(self._attributes(field))
        self.fields["extra"].widget.attrs |= covered(veiled=not shown)
        if shown:
            self.fields["login"].widget.attrs["data-peeked"] = True
        self.fields["conn_type"].required = not self._is_kept("conn_type")

    def _initial(self, data: QueryDict | None, *, shown: bool) -> dict[str, Any]:
        fields = FIELDS if shown else OPEN
        stored = {field: as_input(field, getattr(self.start, field)) or "" for field in fields}
        typed = {name: value for name, value in data.items() if value} if data and shown else {}
        return {"written_as": self.base.written_as if self.base else "json"} | stored | typed

    def _attributes(self, field: str) -> Mapping[str, Any]:
        attributes: dict[str, Any] = {**_PLAIN, **_OWN.get(field, {})}
        if self.base and self._is_kept(field):
            version = {"version": self.base.words}
            attributes["placeholder"] = gettext("Hidden, kept as in %(version)s") % version
            self.fields[field].help_text = gettext("Leave empty to keep %(version)s.") % version
        return attributes

    def _is_kept(self, field: str) -> bool:
        """Is an empty input a value that is stored and not shown?"""
        stored = getattr(self.start, field)
        return bool(stored) and (field in HIDDEN or as_input(field, stored) is None)

    @property
    def removable(self) -> list[str]:
        return [field for field in HIDDEN if self._is_kept(field)]

    def clean_conn_type(self) -> str:
        typed: str = self.cleaned_data["conn_type"]
        if not all(character.isalnum() or character in "_-.+" for character in typed):
            raise forms.ValidationError(_("Use letters, digits and _ - . + as in postgres or google_cloud_platform."))
        return typed

    def clean_port(self) -> int | None:
        typed = self.cleaned_data["port"]
        if not typed:
            return None
        if not (typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= 65_535):
            raise forms.ValidationError(_("A port is a whole number from 1 to 65535."))
        return int(typed)

    def clean(self) -> None:
        for field in (*HIDDEN, "host", "schema"):
            try:
                refuse_dots(self.cleaned_data.get(field) or "")
            except forms.ValidationError as error:
                self.add_error(field, error)
        for field in HIDDEN:
            if self.cleaned_data.get(f"remove_{field}") and self._typed(field):
                self.add_error(field, _("Either type a new value or remove the stored one."))

    def _typed(self, field: str) -> Any:
        """What was put into the field; None where it still is what is stored."""
        typed = self.cleaned_data.get(field)
        if typed and is_stored(field, typed, getattr(self.start, field)):
            return None
        return typed

    def changes(self) -> dict[str, Any]:
        """The fields that differ from the stored ones, with what they become: None for nothing."""
        found = {field: self._typed(field) for field in FIELDS}
        changed = {field: tidy(field, value) for field, value in found.items() if value}
        emptied = [field for field in OPEN if self._is_emptied(field)]
        removed = [field for field in HIDDEN if self.cleaned_data.get(f"remove_{field}")]
        return changed | dict.fromkeys((*emptied, *removed))

    def _is_emptied(self, field: str) -> bool:
        return not self.cleaned_data.get(field) and bool(getattr(self.start, field)) and not self._is_kept(field)


def as_input(field: str, stored: Any) -> str | None:
    """What an input of this field shows and sends back unchanged; None where it cannot."""
    value = stored_json.in_clear(stored)
    if value is None:
        return ""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    text = str(value)
    if uncarried(text) is not None or (field != "extra" and unify(text).count("\n")):
        return None
    return pretty(text) if field == "extra" else text


def is_stored(field: str, typed: Any, stored: Any) -> bool:
    shown = as_input(field, stored)
    return shown is not None and unify(str(typed)) == unify(shown)


def pretty(extra: str) -> str:
    """A JSON object over several lines, unless it is nested too deeply; any other text as it is."""
    found = stored_json.load(extra)
    if found is None:
        return extra
    text = stored_json.indented(found, 2, ensure_ascii=False)
    if text and uncarried(text):  # halves of a surrogate pair, which only their escapes can show
        text = stored_json.indented(found, 2, ensure_ascii=True)
    return text or extra


def tidy(field: str, value: Any) -> Any:
    """An extra that is a JSON object on one line, as Airflow's own form stores it."""
    found = stored_json.load(value) if field == "extra" else None
    return value if found is None else json.dumps(found, ensure_ascii=value.isascii())


def known_types() -> list[str]:
    return sorted(TYPES)
