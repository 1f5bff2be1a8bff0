"""Pasted settings, read and judged: what the page of the check shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from secretsui.airflow import settings_text
from secretsui.airflow.environment import EVERYWHERE, EnvEntry
from secretsui.airflow.settings_text import SettingsText
from secretsui.core import settings_lint
from secretsui.core.chain import distribution_of
from secretsui.core.rules.configured import VARIABLES
from secretsui.core.sensitive import Sensitive
from secretsui.core.settings_lint import Asked, Remark, Report, Setting, Stray
from secretsui.inventory.models import Deployment
from secretsui.web import settings_words
from secretsui.web.settings_form import FORMS, SettingsForm
from secretsui.web.settings_inventory import Against
from secretsui.web.settings_words import Line

RAW = ("kwargs", "cfg", "mwaa-console")
MOST_COMPONENTS = 20


@dataclass(frozen=True, slots=True, repr=False)
class Checked:
    """`remarks` hold the corrections, which are texts of the person who asked: they leave only in the text field."""

    found: SettingsText
    remarks: Sequence[Remark]
    lines: Sequence[Line]
    unjudged: Sequence[tuple[str, Sequence[str]]]  # why, and which rules
    passed: Sequence[str]
    airflow: str
    platform: str
    provider: str

    @property
    def form_words(self) -> str | Promise:
        return FORMS[self.found.form] if self.found.form else ""

    @property
    def platform_words(self) -> str:
        return str(dict(Deployment.Platform.choices).get(self.platform, ""))


class Unreadable(Exception):
    """With the field of the form that it is about."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


def check(text: str, form: SettingsForm, against: Against) -> Checked:
    """Raises `Unreadable`, whose sentence repeats nothing of the text but names."""
    given = form.cleaned_data
    found = _read(text, form, given["airflow"] or against.airflow)
    airflow = given["airflow"] or found.airflow or against.airflow
    platform = given["platform"] or (against.platform if found.platform == "plain" else "") or found.platform
    package = distribution_of(_class_path(found))
    providers = {**against.providers, **found.providers}
    if given["provider"] and package:
        providers[package] = given["provider"]
    reports = [
        settings_lint.lint(
            Asked(
                text=Sensitive(text),
                settings=settings,
                airflow=airflow,
                providers=providers,
                platform=platform,
                strays=[Stray(each.name, each.meant, each.line) for each in found.strays],
                inventory=against.inventory,
                is_raw=found.form in RAW,
            )
        )
        for settings in _by_component(found)
    ]
    remarks = _joined(reports)
    lines = [settings_words.line_of(each) for each in remarks]
    unjudged, passed = _unjudged(reports), _passed(reports, remarks)
    return Checked(found, remarks, lines, unjudged, passed, airflow, platform, providers.get(package, ""))


def _read(text: str, form: SettingsForm, airflow: str) -> SettingsText:
    given = form.cleaned_data
    found = settings_text.read(text, given["form"] or None, form.class_path, airflow)
    if found.form is None:
        raise Unreadable("form", _("It is not clear what the text is. Choose it from the list."))
    if any(each.kind == "setting" and each.line for each in found.report.entries) or found.strays:
        return found
    problem = next(iter(found.report.problems), None)
    if problem and problem.code not in ("synced", "lower-case", "no-id"):
        line = _("Line %d: ") % problem.line if problem.line else ""
        raise Unreadable("text", line + problem.sentence)
    raise Unreadable("text", _("The text sets up no secrets backend. Paste the part with the backend and its kwargs."))


def _class_path(found: SettingsText) -> str:
    values = {each.name: each.value for each in found.report.entries}
    paths = (values.get(name) for name in VARIABLES.values())
    return next((each.reveal() for each in paths if isinstance(each, Sensitive)), "")


def _by_component(found: SettingsText) -> Sequence[Sequence[Setting]]:
    """What each process has; those that have no backend of their own are told by all of them."""
    named = [each for each in found.report.components if each != EVERYWHERE][:MOST_COMPONENTS]
    reports = [found.report.of_component(each) for each in named or [EVERYWHERE]]
    return [[_setting(each) for each in entries.values()] for entries in reports]


def _setting(entry: EnvEntry) -> Setting:
    value = entry.value if isinstance(entry.value, Sensitive) else None
    return Setting(entry.name, entry.kind, value, entry.line)


def _joined(reports: Sequence[Report]) -> Sequence[Remark]:
    """What several processes share is said once."""
    return list({each.id: each for report in reports for each in report.remarks}.values())


def _unjudged(reports: Sequence[Report]) -> Sequence[tuple[str, Sequence[str]]]:
    found: dict[str, list[str]] = defaultdict(list)
    for each in dict.fromkeys(each for report in reports for each in report.unjudged):
        found[settings_words.reason(each.reason)].append(each.rule)
    return [(why, sorted(set(rules), key=_number)) for why, rules in found.items()]


def _passed(reports: Sequence[Report], remarks: Sequence[Remark]) -> Sequence[str]:
    failed = {each.rule for each in remarks} | {each.rule for report in reports for each in report.unjudged}
    return sorted({rule for report in reports for rule in report.passed} - failed, key=_number)


def _number(rule: str) -> int:
    return int(rule[2:])


def corrected(checked: Checked, asked: str, text: str) -> str | None:
    """The text with one remark's correction in it; None where there is no such one any more."""
    found = next((each for each in checked.remarks if each.id == asked and each.edit), None)
    return found.edit.made_in(text) if found and found.edit else None
