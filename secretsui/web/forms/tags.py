"""Tags as rows of a key and a value, within the rules of AWS."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MOST: Final = 50
SPARE_ROWS: Final = 3
_SIGNS: Final = frozenset("_.:/=+-@")


def is_allowed(character: str) -> bool:
    return character in _SIGNS or unicodedata.category(character)[0] in "LNZ"


def is_reserved(key: str) -> bool:
    return key.lower().startswith("aws:")


def _check_text(text: str, most: int, field: str | Promise) -> None:
    if len(text) > most:
        raise forms.ValidationError(_("%(field)s: use at most %(most)s characters.") % {"field": field, "most": most})
    if not all(map(is_allowed, text)):
        raise forms.ValidationError(_("%(field)s: use letters, digits, spaces and _ . : / = + - @") % {"field": field})


class TagRow(forms.Form):
    key = forms.CharField(label=_("Key"), required=False, strip=False)
    value = forms.CharField(label=_("Value"), required=False, strip=False)

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        _check_text(key, 128, _("Key"))
        if is_reserved(key):
            raise forms.ValidationError(_("Keys that start with aws: belong to AWS. Choose another key."))
        return key

    def clean_value(self) -> str:
        value: str = self.cleaned_data["value"]
        _check_text(value, 256, _("Value"))
        return value

    def clean(self) -> None:
        if self.cleaned_data.get("value") and not self.cleaned_data.get("key") and not self.errors:
            self.add_error("key", _("This value has no key. Name one, or empty the value."))


@dataclass(frozen=True, slots=True)
class TagChange:
    put: Mapping[str, str]
    remove: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.put or self.remove)


class TagRows:
    """The rows of one page: those that are there, and a few empty ones. Tags of AWS itself cannot be edited."""

    def __init__(self, data: QueryDict | None, tags: Mapping[str, str]) -> None:
        self.was = {key: value for key, value in tags.items() if not is_reserved(key)}
        self.reserved = {key: value for key, value in tags.items() if is_reserved(key)}
        self.bound = data is not None
        pairs = _submitted(data) if data is not None else [*self.was.items(), *[("", "")] * SPARE_ROWS]
        self.rows = [self._row(number, key, value) for number, (key, value) in enumerate(pairs[: MOST + SPARE_ROWS])]
        self.errors: list[str | Promise] = []

    def __iter__(self) -> Iterator[TagRow]:
        return iter(self.rows)

    def _row(self, number: int, key: str, value: str) -> TagRow:
        facts = {"key": key, "value": value}
        return TagRow(facts if self.bound else None, initial=facts, auto_id=f"tag-{number}-%s")

    def is_valid(self) -> bool:
        valid = [row.is_valid() for row in self.rows]
        keys = [row.cleaned_data["key"] for row in self.rows if row.is_valid() and row.cleaned_data["key"]]
        if len(set(keys)) < len(keys):
            self.errors.append(_("The same key stands in two rows. Keep one of them."))
        if len(keys) > MOST:
            self.errors.append(_("A secret has at most 50 tags. Remove some."))
        return all(valid) and not self.errors

    def tags(self) -> dict[str, str]:
        cleaned = (row.cleaned_data for row in self.rows)
        return {row["key"]: row["value"] for row in cleaned if row["key"]}

    def change(self) -> TagChange:
        """Against the tags that the page was built from, so that those which others set meanwhile stay."""
        now = self.tags()
        put = {key: value for key, value in now.items() if self.was.get(key) != value}
        return TagChange(put, [key for key in self.was if key not in now])


def _submitted(data: QueryDict) -> list[tuple[str, str]]:
    """The button “More rows” sends the action `rows`."""
    spare = [("", "")] * (SPARE_ROWS if data.get("action") == "rows" else 0)
    return [*zip(data.getlist("tag_key"), data.getlist("tag_value"), strict=False), *spare]


def tags_before(data: QueryDict) -> dict[str, str]:
    """The tags that the page of this request was built from."""
    return dict(zip(data.getlist("was_key"), data.getlist("was_value"), strict=False))
