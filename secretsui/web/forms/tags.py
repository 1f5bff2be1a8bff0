"""Tags as rows of a key and a value, within the rules of their store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.web.forms.tag_rules import TagRules

SPARE_ROWS: Final = 3


def _check_text(text: str, most: int, field: str | Promise, rules: TagRules) -> None:
    if len(text) > most:
        raise forms.ValidationError(_("%(field)s: use at most %(most)s characters.") % {"field": field, "most": most})
    if not rules.fits(text):
        raise forms.ValidationError(f"{field}: {rules.words}")


class TagRow(forms.Form):
    key = forms.CharField(label=_("Key"), required=False, strip=False)
    value = forms.CharField(label=_("Value"), required=False, strip=False)

    def __init__(self, *args: Any, rules: Sequence[TagRules], **kwargs: Any) -> None:
        """`rules` of every store that the row is for."""
        self.rules = rules
        super().__init__(*args, **kwargs)

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        for rules in self.rules:
            _check_text(key, rules.key, _("Key"), rules)
            if rules.is_reserved(key):
                raise forms.ValidationError(_("Keys that start with aws: belong to AWS. Choose another key."))
            if key and not rules.starts_key(key):
                raise forms.ValidationError(str(rules.start_words))
        return key

    def clean_value(self) -> str:
        value: str = self.cleaned_data["value"]
        for rules in self.rules:
            _check_text(value, rules.value, _("Value"), rules)
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
    """The rows of one page: those that are there, and a few empty ones. Tags of the vendor itself cannot be edited."""

    def __init__(self, data: QueryDict | None, tags: Mapping[str, str], rules: TagRules) -> None:
        self.rules = rules
        self.was = {key: value for key, value in tags.items() if not rules.is_reserved(key)}
        self.reserved = {key: value for key, value in tags.items() if rules.is_reserved(key)}
        self.bound = data is not None
        pairs = _submitted(data) if data is not None else [*self.was.items(), *[("", "")] * SPARE_ROWS]
        self.rows = [
            self._row(number, key, value) for number, (key, value) in enumerate(pairs[: rules.most + SPARE_ROWS])
        ]
        self.errors: list[str | Promise] = []

    def __iter__(self) -> Iterator[TagRow]:
        return iter(self.rows)

    def _row(self, number: int, key: str, value: str) -> TagRow:
        facts = {"key": key, "value": value}
        return TagRow(facts if self.bound else None, initial=facts, auto_id=f"tag-{number}-%s", rules=[self.rules])

    def is_valid(self) -> bool:
        valid = [row.is_valid() for row in self.rows]
        keys = [row.cleaned_data["key"] for row in self.rows if row.is_valid() and row.cleaned_data["key"]]
        if len(set(keys)) < len(keys):
            self.errors.append(_("The same key stands in two rows. Keep one of them."))
        if len(keys) > self.rules.most:
            self.errors.append(_("A secret has at most %(most)s pairs. Remove some.") % {"most": self.rules.most})
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
