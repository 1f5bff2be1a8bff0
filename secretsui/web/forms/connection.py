"""A connection by Airflow's standard fields, and by the typed extras of its type.

The inputs of typed extras and the raw JSON are one extra in two parts: a key that has an input of its own stands
there, whichever of the two it was typed into, and all others stand in the JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from secretsui.core import catalogue, extras
from secretsui.core.catalogue import ConnType, Field
from secretsui.core.connection import Connection
from secretsui.web.forms import extra_inputs, in_step, standard_inputs, stored_json
from secretsui.web.forms.extra_inputs import PREFIX, dump
from secretsui.web.forms.extra_words import words_of
from secretsui.web.forms.raw import covered, refuse_dots
from secretsui.web.forms.stored import WRITTEN_AS, Stored
from secretsui.web.forms.text import uncarried, unify
from secretsui.web.forms.type_choice import LONGEST
from secretsui.web.text_rules import PLAIN, TextRules

OPEN: Final = ("conn_type", "host", "schema", "port")
HIDDEN: Final = ("login", "password", "extra")
FIELDS: Final = (*OPEN, *HIDDEN)
REMOVE: Final = "remove_"
FEW: Final = 8  # typed extras that are shown at once
GONE: Final = object()  # what the value of a typed extra becomes when it is taken away


@dataclass(frozen=True)
class ExtraInput:
    """One typed extra for the page."""

    field: Field
    bound: BoundField
    remove: BoundField

    @property
    def name(self) -> str:
        return str(self.bound.name)

    @property
    def is_long(self) -> bool:
        return isinstance(self.bound.field.widget, forms.Textarea)

    @property
    def is_password(self) -> bool:
        return isinstance(self.bound.field.widget, forms.PasswordInput)

    @property
    def takes_file(self) -> bool:
        return self.field.format in ("pem", "multiline", "json")

    @property
    def is_filled(self) -> bool:
        return bool(self.bound.value() or self.remove.value() or self.bound.errors)


@dataclass(frozen=True)
class StandardInput:
    """One of Airflow's own fields for the page."""

    bound: BoundField
    remove: BoundField | None

    @property
    def width(self) -> str:
        return standard_inputs.WIDTHS[self.bound.name]

    @property
    def is_password(self) -> bool:
        return isinstance(self.bound.field.widget, forms.PasswordInput)


class ConnectionFields(forms.Form):
    """Unlike the open fields, the hidden ones come empty, and empty means: as it is stored.

    `form_type` is the type that the inputs on the page belong to, whatever the type has become since.
    """

    rules: TextRules = PLAIN

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

    def __init__(
        self,
        data: QueryDict | None,
        *,
        base: Stored | None,
        shown: bool = False,
        conn_type: str = "",
        written_as: str = "json",
        typed: Mapping[str, str] | None = None,
    ) -> None:
        self.base = base
        self.start = (base and base.connection) or Connection()
        self.form_type = conn_type or _type_of(data) or str(self.start.conn_type or "")
        self.type: ConnType | None = catalogue.find(self.form_type) if self.form_type else None
        self.typed_extras: Sequence[Field] = self.type.fields if self.type else ()
        self.secret = tuple(field for field in ("host", "schema") if standard_inputs.of(self.type, field).secret)
        self.open = tuple(field for field in OPEN if field not in self.secret)
        self.hidden = (*self.secret, *HIDDEN, *(PREFIX + field.name for field in self.typed_extras))
        self.parts = extra_inputs.parts(self.start.extra, self.typed_extras)
        self.shown = shown
        if data is not None and (base or not shown):
            data = in_step.moved(data, self.typed_extras, has_rest=bool(self.parts.rest))
        chosen = {"conn_type": conn_type} if conn_type else {}
        initial = {"written_as": written_as} | self._initial(data, shown=shown) | chosen | dict(typed or {})
        super().__init__(None if shown else data, initial=initial)
        self._describe(data)

    def _initial(self, data: QueryDict | None, *, shown: bool) -> dict[str, Any]:
        fields = FIELDS if shown else self.open
        stored = {field: as_input(field, self._stored(field)) or "" for field in fields}
        stored |= {PREFIX + field.name: self._shown(field) for field in self.typed_extras}
        typed = {name: value for name, value in data.items() if value} if data and shown else {}
        return ({"written_as": self.base.written_as} if self.base else {}) | stored | typed

    def _stored(self, field: str) -> Any:
        return self.parts.rest if field == "extra" else getattr(self.start, field)

    def _shown(self, field: Field) -> str:
        return "" if field.secret and not self.shown else self.parts.known.get(field.name, "")

    def _describe(self, data: QueryDict | None) -> None:
        for field in self.secret:
            label = gettext("Remove %(field)s") % {"field": standard_inputs.of(self.type, field).label or field}
            self.fields[REMOVE + field] = forms.BooleanField(label=label, required=False)
        for field in FIELDS:
            standard_inputs.describe(self.fields, field, self.type)
            self.fields[field].widget.attrs |= self._kept_words(field)
        self.fields["extra"].widget.attrs |= covered(veiled=not self.shown)
        if self.shown:
            self.fields["login"].widget.attrs["data-peeked"] = True
        self.fields["conn_type"].required = not self._is_kept("conn_type")
        for each in self.typed_extras:
            self._add_input(each, data)

    def _add_input(self, field: Field, data: QueryDict | None) -> None:
        name = PREFIX + field.name
        current = (data.get(name) if data else "") or self.initial.get(name, "")
        self.fields[name] = extra_inputs.form_field(field, current)
        self.fields[name].widget.attrs |= self._kept_words(name)
        if field.secret and extra_inputs.is_long(field):
            self.fields[name].widget.attrs |= covered(veiled=not self.shown)
        label = gettext("Remove %(field)s") % {"field": field.label or field.name}
        self.fields[REMOVE + name] = forms.BooleanField(label=label, required=False)

    def _kept_words(self, field: str) -> Mapping[str, str]:
        if not self.base or not self._is_kept(field):
            return {}
        version = {"version": self.base.words}
        keep = gettext("Leave empty to keep %(version)s.") % version
        self.fields[field].help_text = " ".join(filter(None, (str(self.fields[field].help_text), keep)))
        return {"placeholder": gettext("Hidden, kept as in %(version)s") % version, "data-kept": "1"}

    def _is_kept(self, field: str) -> bool:
        """Is an empty input a value that is stored and not shown?"""
        if field.startswith(PREFIX):
            name = field.removeprefix(PREFIX)
            return name in self.parts.known and self._field(name).secret
        stored = self._stored(field)
        return bool(stored) and (field in self.hidden or as_input(field, stored) is None)

    def _field(self, name: str) -> Field:
        return next(field for field in self.typed_extras if field.name == name)

    @property
    def removable(self) -> list[str]:
        return [name for name in self.hidden if self._is_kept(name)]

    @property
    def near_type(self) -> ConnType | None:
        """The type that is likely meant by one that no provider has."""
        return None if self.type else catalogue.near(self.form_type[:LONGEST])

    @property
    def unseen(self) -> list[str]:
        """What was sent without, and is kept as it is stored."""
        return [name for name in self.removable if not self.data.get(name) and not self.data.get(REMOVE + name)]

    @property
    def standard_inputs(self) -> list[StandardInput]:
        """Of the fields that Airflow's form shows for this type, and those that hold something all the same."""
        names = ("host", "port", "schema", "login", "password")
        return [StandardInput(self[name], self._remove_box(name)) for name in names if self.is_offered(name)]

    def _remove_box(self, field: str) -> BoundField | None:
        return self[REMOVE + field] if REMOVE + field in self.fields else None

    def is_offered(self, field: str) -> bool:
        return not standard_inputs.of(self.type, field).hidden or self._holds(field)

    def _holds(self, field: str) -> bool:
        bound, remove = self[field], self._remove_box(field)
        return bool(bound.value() or self._is_kept(field) or bound.errors or (remove and remove.value()))

    @property
    def extra_inputs(self) -> list[ExtraInput]:
        names = [(field, PREFIX + field.name) for field in self.typed_extras]
        return [ExtraInput(field, self[name], self[REMOVE + name]) for field, name in names]

    @property
    def extra_groups(self) -> Mapping[str, list[ExtraInput]]:
        """Of many typed extras the first and the filled ones, then the rest, which the page folds away."""
        found = self.extra_inputs
        few = FEW if len(found) > FEW + 2 else len(found)
        first = [each for place, each in enumerate(found) if place < few or each.is_filled or self._is_kept(each.name)]
        more = [each for each in found if each not in first]
        return {"first": sorted(first, key=_is_wide), "more": sorted(more, key=_is_wide)}

    @property
    def offers_extra(self) -> bool:
        return self.is_offered("extra")

    @property
    def example(self) -> str:
        found = dict(self.type.example) if self.type else {}
        return json.dumps(found, indent=2, ensure_ascii=False) if found else ""

    def clean_conn_type(self) -> str:
        typed: str = self.cleaned_data["conn_type"]
        if not all(character.isalnum() or character in "_-.+" for character in typed):
            raise forms.ValidationError(_("Use letters, digits and _ - . + as in postgres or google_cloud_platform."))
        return typed

    def clean_port(self) -> int | None:
        typed = self.cleaned_data["port"]
        if not typed:
            return None
        is_short = len(typed) <= 100  # of thousands of digits Python makes no number
        if not (is_short and typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= 65_535):
            raise forms.ValidationError(_("A port is a whole number from 1 to 65535."))
        return int(typed)

    def clean(self) -> None:
        for field in {*self.hidden, "host", "schema"}:
            try:
                refuse_dots(self.cleaned_data.get(field) or "")
            except forms.ValidationError as error:
                self.add_error(field, error)
        for field in self.hidden:
            if self.cleaned_data.get(REMOVE + field) and self._typed(field):
                self.add_error(field, _("Either type a new value or remove the stored one."))
        self._clean_extra()

    def _clean_extra(self) -> None:
        self._values = self._extra_values()
        raw = self._typed("extra")
        found = stored_json.load(raw) if raw else {}
        base = {} if raw or self.cleaned_data.get("remove_extra") else self.parts.whole
        if found is None or base is None:
            if self._values or (found is None and self.parts.known):
                self.add_error("extra", _not_an_object(raw or ""))
            return
        self._refuse_doubles(found)
        self._refuse_exclusive(self._whole(found))

    def _extra_values(self) -> dict[str, Any]:
        """The typed extras that differ from the stored ones, with what they become."""
        found: dict[str, Any] = {}
        for field in self.typed_extras:
            name = PREFIX + field.name
            if typed := self._typed(name):
                try:
                    found[field.name] = extras.to_value(field, typed)
                except extras.BadExtra as error:
                    self.add_error(name, words_of(error))
            elif self.cleaned_data.get(REMOVE + name) or self._is_emptied(name):
                found[field.name] = GONE
        return found

    def _refuse_doubles(self, found: Mapping[str, Any]) -> None:
        words = gettext("%(name)s stands in this JSON and in a field of its own, with different values. Keep one.")
        for name in found:
            if self.cleaned_data.get(PREFIX + name):
                self.add_error("extra", words % {"name": name})

    def _refuse_exclusive(self, whole: Mapping[str, Any]) -> None:
        for group in self.type.exclusive if self.type else ():
            filled = [name for name in group if whole.get(name) not in (None, "")]
            typed = [name for name in filled if self._values.get(name, GONE) is not GONE]
            if len(filled) > 1 and typed:
                words = gettext("Only one of %(names)s can be set. Empty the others.")
                names = gettext(" and ").join(self._label(name) for name in filled)
                self.add_error(PREFIX + typed[-1], words % {"names": names})

    def _label(self, name: str) -> str:
        return str(self.fields[PREFIX + name].label) if PREFIX + name in self.fields else name

    def as_typed(self, field: Field) -> Any:
        """What this input stands for before it was checked; None where it still is what is stored."""
        name, known = PREFIX + field.name, self.parts.known.get(field.name, "")
        typed = str(self[name].value() or "")
        if typed and unify(typed) != unify(known):
            try:
                return extras.to_value(field, typed)
            except extras.BadExtra:
                return typed
        is_emptied = not typed and known and not field.secret
        return GONE if is_emptied or self[REMOVE + name].value() else None

    def _typed(self, field: str) -> Any:
        """What was put into the field; None where it still is what is stored."""
        typed = self.cleaned_data.get(field)
        if typed and field.startswith(PREFIX):
            return None if unify(typed) == unify(self.parts.known.get(field.removeprefix(PREFIX), "")) else typed
        if typed and is_stored(field, typed, self._stored(field)):
            return None
        return typed

    def changes(self) -> dict[str, Any]:
        """The fields that differ from the stored ones, with what they become: None for nothing."""
        found = {field: self._typed(field) for field in FIELDS if field != "extra"}
        changed = {field: value for field, value in found.items() if value}
        emptied = [field for field in self.open if self._is_emptied(field)]
        removed = [field for field in (*self.secret, "login", "password") if self.cleaned_data.get(REMOVE + field)]
        return changed | dict.fromkeys((*emptied, *removed)) | self._extra_change()

    def _extra_change(self) -> dict[str, Any]:
        raw, removed = self._typed("extra"), self.cleaned_data.get("remove_extra")
        if not raw and not removed and not self._values:
            return {}
        if raw and not self._values and not self.parts.known:
            return {"extra": tidy(raw)}
        whole = self._whole(stored_json.load(raw) or {} if raw else {})
        return {"extra": dump(whole, ensure_ascii=self._is_ascii(raw or "")) if whole else None}

    def _whole(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """The extra that the stored one becomes with this JSON in place of the rest."""
        stored = self.parts.whole or {}
        is_kept = not self._typed("extra") and not self.cleaned_data.get("remove_extra")
        whole = {key: value for key, value in stored.items() if is_kept or key in self.parts.known} | dict(typed)
        for name, value in self._values.items():
            if value is not GONE:
                whole[name] = value
            elif name not in typed:
                whole.pop(name, None)
        return whole

    def _is_ascii(self, raw: str) -> bool:
        stored = stored_json.in_clear(self.start.extra)
        return f"{raw}{stored or ''}".isascii() and all(str(value).isascii() for value in self._values.values())

    def _is_emptied(self, field: str) -> bool:
        if self.cleaned_data.get(field) or self._is_kept(field):
            return False
        if field.startswith(PREFIX):  # what was not on the page was not emptied there
            return field in self.data and field.removeprefix(PREFIX) in self.parts.known
        return bool(getattr(self.start, field))


def _is_wide(each: ExtraInput) -> bool:
    return each.is_long


def _type_of(data: QueryDict | None) -> str:
    return (data.get("form_type") or data.get("conn_type") or "").strip() if data else ""


def _not_an_object(raw: str) -> str:
    if stored_json.is_object(raw):
        return gettext("A key stands twice in this JSON. Keep one of them.")
    if raw:
        return gettext('The extra is not a JSON object. Write one, as in {"key": "value"}, or empty this field.')
    return gettext(
        "Single fields cannot be put into the stored extra, as a key stands twice in it. Type all of it here."
    )


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
    return stored_json.pretty(text) if field == "extra" else text


def is_stored(field: str, typed: Any, stored: Any) -> bool:
    shown = as_input(field, stored)
    return shown is not None and unify(str(typed)) == unify(shown)


def tidy(extra: str) -> str:
    """An extra that is a JSON object on one line, as Airflow's own form stores it."""
    found = stored_json.load(extra)
    return (None if found is None else dump(found, ensure_ascii=extra.isascii())) or extra


def known_types() -> Sequence[ConnType]:
    return catalogue.offered_types()
