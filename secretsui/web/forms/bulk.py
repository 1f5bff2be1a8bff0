"""The confirmations of what is done to several secrets at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.web.forms.tag_rules import TagRules
from secretsui.web.forms.tags import TagRow

ROWS: Final = 3
WINDOW: Final = gettext_lazy("Choose a window from 7 to 30 days.")


class DeleteForm(forms.Form):
    """A window is chosen only where a store takes one, and what has no way back is agreed to by a box of its own."""

    days = forms.IntegerField(
        label=gettext_lazy("Recovery window, in days"),
        initial=30,
        validators=[MinValueValidator(7, WINDOW), MaxValueValidator(30, WINDOW)],
        help_text=gettext_lazy("From 7 to 30. Until then each can be restored; Airflow reads it as missing at once."),
    )
    sure = forms.BooleanField(
        label=gettext_lazy("Delete these secrets"),
        error_messages={"required": gettext_lazy("Tick the box to confirm.")},
    )
    for_good = forms.BooleanField(
        error_messages={"required": gettext_lazy("Tick this box as well, or leave them out.")}
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, windows: bool, at_once: Sequence[str]) -> None:
        """`at_once` are the ids of those that are gone for good when they are deleted."""
        super().__init__(data)
        if not windows:
            del self.fields["days"]
        if not at_once:
            del self.fields["for_good"]
        else:
            words = _("Delete for good, as their stores keep nothing of a deleted secret: %(ids)s")
            self.fields["for_good"].label = words % {"ids": ", ".join(at_once)}


class TagsForm(forms.Form):
    """Tags to set on each secret, and keys to take from each that has them."""

    remove = forms.MultipleChoiceField(
        label=gettext_lazy("Remove these keys"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, keys: Sequence[str], rules: Sequence[TagRules]
    ) -> None:
        super().__init__(data)
        self.rows = [TagRow(data, prefix=f"tag{number}", rules=rules) for number in range(1, ROWS + 1)]
        field = self.fields["remove"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(key, key) for key in keys]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        valid = [row.is_valid() for row in self.rows]  # each, so that each shows what is wrong with it
        if not all(valid):
            raise forms.ValidationError(_("Correct the tags that are marked."))
        keys = [row.cleaned_data["key"] for row in self.rows if row.cleaned_data["key"]]
        if len(set(keys)) < len(keys):
            raise forms.ValidationError(_("The same key stands in two rows. Keep one of them."))
        if not keys and not data.get("remove") and "remove" not in self.errors:
            raise forms.ValidationError(_("Name a tag to set, or tick one to remove."))
        return data

    def put(self) -> dict[str, str]:
        cleaned = (row.cleaned_data for row in self.rows)
        return {row["key"]: row["value"] for row in cleaned if row["key"]}

    def gone(self, tags: Mapping[str, str]) -> Sequence[str]:
        return [key for key in self.cleaned_data["remove"] if key in tags and key not in self.put()]
