"""When audits start by themselves, and what they cover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_celery_beat.models import CrontabSchedule

from secretsui.audits import scheduling
from secretsui.audits.models import Schedule
from secretsui.inventory.models import Deployment, Prefix

USUAL: Final = "0 7 * * 1-5"
OF_FIELD: Final = {
    "minute": gettext_lazy("Minute"),
    "hour": gettext_lazy("Hour"),
    "day_of_month": gettext_lazy("Day of the month"),
    "month_of_year": gettext_lazy("Month"),
    "day_of_week": gettext_lazy("Day of the week"),
}


class TimesForm(forms.Form):
    """A crontab as people write it, in one line, and its zone. `read` has it once the form is valid."""

    crontab = forms.CharField(
        label=gettext_lazy("When"),
        max_length=200,
        initial=USUAL,
        help_text=gettext_lazy(
            "Minute, hour, day of the month, month and day of the week (0 is Sunday), as in crontab: "
            "0 7 * * 1-5 is 07:00 from Monday to Friday."
        ),
        error_messages={"required": gettext_lazy("Write when it starts, such as 0 7 * * 1-5.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=60,
        initial="UTC",
        error_messages={"required": gettext_lazy("Write a time zone, such as Europe/Berlin or UTC.")},
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "crontab" in data and "zone" in data:
            self._read(data)
        return data

    def _read(self, data: Mapping[str, Any]) -> None:
        words = data["crontab"].split()
        if len(words) != len(scheduling.FIELDS):
            self.add_error("crontab", _("Write five fields with blanks between them, such as 0 7 * * 1-5."))
            return
        try:
            self.read = scheduling.read(data["zone"], **dict(zip(scheduling.FIELDS, words, strict=True)))
        except ValidationError as problem:
            self._blame(problem)

    def _blame(self, problem: ValidationError) -> None:
        found = problem.message_dict if hasattr(problem, "error_dict") else {"": problem.messages}
        for name, messages in found.items():
            start = f"{OF_FIELD[name]}: " if name in OF_FIELD else ""
            self.add_error("zone" if name == "zone" else "crontab", [f"{start}{each}" for each in messages])


class ScheduleForm(TimesForm):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("It stands in e-mails, for example Weekdays."),
        error_messages={"required": gettext_lazy("Give it a name, such as Weekdays.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    covers_all = forms.BooleanField(
        label=gettext_lazy("Everything, also what is added later"), required=False, initial=True
    )
    deployments = forms.ModelMultipleChoiceField(
        Deployment.objects.order_by("name"),
        label=gettext_lazy("Deployments"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    prefixes = forms.ModelMultipleChoiceField(
        Prefix.objects.select_related("account").order_by("account__name", "path", "region"),
        label=gettext_lazy("Prefixes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_active = forms.BooleanField(label=gettext_lazy("On"), required=False, initial=True)

    field_order = ("name", "crontab", "zone", "covers_all", "deployments", "prefixes", "is_active")

    def __init__(self, data: Any = None, *, schedule: Schedule | None = None) -> None:
        self.schedule = schedule
        super().__init__(data, initial=_initial(schedule) if schedule else None)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Schedule.objects.filter(name__iexact=name)
        if self.schedule:
            others = others.exclude(pk=self.schedule.pk)
        if others.exists():
            raise forms.ValidationError(_("Another schedule has this name. Choose another one."))
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not (data.get("covers_all") or data.get("deployments") or data.get("prefixes")) and not {
            "deployments",
            "prefixes",
        } & set(self.errors):
            self.add_error("covers_all", _("Tick a deployment or a prefix, or everything."))
        return data

    def save(self) -> Schedule:
        data = self.cleaned_data
        schedule = self.schedule or Schedule()
        for name in ("name", "covers_all", "is_active"):
            setattr(schedule, name, data[name])
        scheduling.save(schedule, self.read)
        schedule.deployments.set([] if data["covers_all"] else data["deployments"])
        schedule.prefixes.set([] if data["covers_all"] else data["prefixes"])
        return schedule


def line(crontab: CrontabSchedule) -> str:
    return " ".join(str(getattr(crontab, name)) for name in scheduling.FIELDS)


def _initial(schedule: Schedule) -> dict[str, Any]:
    crontab = scheduling.crontab_of(schedule)
    times = {"crontab": line(crontab), "zone": str(crontab.timezone)} if crontab else {}
    chosen = {"deployments": schedule.deployments.all(), "prefixes": schedule.prefixes.all()}
    return {
        "name": schedule.name,
        "covers_all": schedule.covers_all,
        "is_active": schedule.is_active,
        **times,
        **chosen,
    }
