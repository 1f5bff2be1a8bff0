"""What an administrator says about a prefix, and who may do what under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.access.models import DeploymentLevel, Level
from secretsui.inventory.models import Account, Deployment, Kind, Prefix
from secretsui.web.forms.account import REGION

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


class PrefixForm(SettingsForm):
    path = forms.CharField(
        label=gettext_lazy("Prefix"),
        max_length=256,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9_/+=.@-]+\Z", gettext_lazy("Use letters, digits and the characters / _ + = . @ -")
            )
        ],
        help_text=gettext_lazy("As in the backend's connections_prefix or variables_prefix: airflow/connections"),
    )
    sep = forms.CharField(
        label=gettext_lazy("Separator"),
        max_length=4,
        initial="/",
        help_text=gettext_lazy("What stands between prefix and id: Airflow's sep."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices)
    region = forms.CharField(label=gettext_lazy("Region"), max_length=40, validators=[REGION])

    field_order = ("path", "kind", "region", "sep", "refresh_minutes", "written_as")

    def __init__(self, data: Mapping[str, Any] | None = None, *, account: Account) -> None:
        super().__init__(data, initial={"region": account.region})
        self.account = account
        self.notices: list[str] = []

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "path" in data and data.get("sep"):
            data["path"] = self._normal(data["path"], data["sep"])
            if not data["path"]:
                self.add_error("path", _("A prefix needs more than its separator."))
            elif self._taken(data):
                self.add_error("path", _("This account has this prefix in this region already."))
        return data

    def _normal(self, typed: str, sep: str) -> str:
        path = typed
        while path.endswith(sep):
            path = path.removesuffix(sep)
        if path != typed:
            self.notices.append(_("The %(sep)s at the end was left out: Airflow adds it by itself.") % {"sep": sep})
        if path.startswith("/"):
            self.notices.append(
                _("The prefix begins with /, so it holds only secrets whose names do. Airflow's usual prefixes do not.")
            )
        return path

    def _taken(self, data: Mapping[str, Any]) -> bool:
        return self.account.prefixes.filter(region=data.get("region"), path=data["path"]).exists()

    def save(self) -> Prefix:
        return Prefix.objects.create(account=self.account, **self.cleaned_data)


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
