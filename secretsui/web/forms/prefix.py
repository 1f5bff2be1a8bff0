"""What an administrator says about a prefix, and who may do what under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy

from secretsui.access.models import DeploymentLevel, Level
from secretsui.inventory.models import Deployment, Prefix

DAY: Final = 24 * 60
INTERVAL: Final = gettext_lazy("Choose from 5 minutes to a week (10080 minutes).")
NO_GRANT: Final = ("", gettext_lazy("No grant"))


class SettingsForm(forms.Form):
    """What may change of a prefix that is there."""

    refresh_minutes = forms.IntegerField(
        label=gettext_lazy("Refresh every, in minutes"),
        initial=60,
        validators=[MinValueValidator(5, INTERVAL), MaxValueValidator(7 * DAY, INTERVAL)],
        help_text=gettext_lazy("From 5 minutes to a week (10080). Edits made here are seen at once."),
    )
    written_as = forms.ChoiceField(
        label=gettext_lazy("New connections are stored as"),
        choices=Prefix.WrittenAs.choices,
        initial=Prefix.WrittenAs.JSON,
        required=False,
        help_text=gettext_lazy("Every Airflow reads JSON alike. A URI is for readers that take nothing else."),
    )

    def clean_written_as(self) -> str:
        return self.cleaned_data["written_as"] or self.initial.get("written_as") or Prefix.WrittenAs.JSON


class GrantsForm(forms.Form):
    """A level per group. A group that is not there yet is made by naming it."""

    levels: ClassVar[type[Level | DeploymentLevel]] = Level

    new_group = forms.CharField(label=gettext_lazy("New group"), max_length=150, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, of: Prefix | Deployment | None = None) -> None:
        super().__init__(data)
        self.held: Mapping[int, int] = dict(of.grants.values_list("group_id", "level")) if of else {}
        self.fields["new_level"] = forms.ChoiceField(
            label=gettext_lazy("Its level"), choices=self.levels.choices, required=False
        )
        self.groups: Sequence[Group] = list(Group.objects.order_by("name"))
        for group in self.groups:
            self.fields[_name(group)] = forms.ChoiceField(
                label=group.name,
                choices=[NO_GRANT, *self.levels.choices],
                required=False,
                initial=self.held.get(group.pk, ""),
            )

    def level_fields(self) -> Sequence[forms.BoundField]:
        return [self[_name(group)] for group in self.groups]

    def save(self, of: Prefix | Deployment) -> Sequence[str]:
        """Each change in words, for the access log."""
        wanted = {group: int(self.cleaned_data[_name(group)] or 0) for group in self.groups}
        if name := self.cleaned_data["new_group"].strip():
            group, _made = Group.objects.get_or_create(name=name)
            wanted[group] = int(self.cleaned_data["new_level"] or min(self.levels))
        return [words for group, level in wanted.items() if (words := self._set(of, group, level))]

    def _set(self, of: Prefix | Deployment, group: Group, level: int) -> str:
        before = self.held.get(group.pk, 0)
        if level == before:
            return ""
        if level:
            of.grants.update_or_create(group=group, defaults={"level": level})
        else:
            of.grants.filter(group=group).delete()
        return f"{group.name}: {self._word(before)} to {self._word(level)}"

    def _word(self, level: int) -> str:
        return self.levels(level).name.lower() if level else "none"


def _name(group: Group) -> str:
    return f"group_{group.pk}"
