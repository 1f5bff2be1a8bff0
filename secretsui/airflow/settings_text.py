"""Settings of a secrets backend in whatever form somebody has them, each with its line in the text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, get_args

from secretsui.airflow import env_compose, env_ecs, env_file, env_helm, env_mwaa, env_script, settings_forms
from secretsui.airflow.env_yaml import load, mapping
from secretsui.airflow.environment import MAX_TEXT, Collector, EnvEntry, EnvironmentReport, Problem, Unknown
from secretsui.core import backend_settings
from secretsui.core.chain import distribution_of
from secretsui.core.sensitive import Sensitive
from secretsui.core.settings_lint import class_of

Form = Literal[
    "kwargs",
    "env-file",
    "cfg",
    "dockerfile",
    "compose",
    "helm",
    "helm-community",
    "mwaa",
    "mwaa-console",
    "mwaa-cli",
    "terraform",
    "ecs",
    "astro",
    "pairs",
    "script",
]
FORMS: Final[tuple[Form, ...]] = get_args(Form)
PLATFORMS: Final[Mapping[Form, str]] = {
    "compose": "compose",
    "helm": "helm",
    "helm-community": "helm-community",
    "mwaa": "mwaa",
    "mwaa-console": "mwaa",
    "mwaa-cli": "mwaa",
    "ecs": "ecs",
    "astro": "astro",
}
_CLASSES: Final = (backend_settings.SERVER, backend_settings.WORKER)
_AMAZON: Final = "apache-airflow-providers-amazon"
_OF_SCRIPT: Final = Unknown("start-up-script", maybe_unset=True)
_ANSWER: Final = "answer of get-environment with its Environment, or its configuration options"
_REQUIREMENT: Final = re.compile(
    r"^[ \t]*(?P<name>(?:apache-)?airflow[\w-]*)(?:\[[\w,.\- ]*\])?[ \t]*(?P<sign>==|~=|>=|<=|!=|<|>)[ \t]*"
    r"(?P<version>\d[\w.]*)[^\n]*$",
    re.MULTILINE,
)
_AIRFLOW: Final = re.compile(
    r"apache/airflow:(?:slim-)?(\d+\.\d+(?:\.\d+)?)"
    r"|[\"']?[aA]irflow_?[vV]ersion[\"']?[ \t]*[:=][ \t]*[\"']?(\d+\.\d+(?:\.\d+)?)"
)
_ASTRO_IMAGE: Final = re.compile(r"astro-runtime[:/]|astronomerinc/|astrocrpublic", re.IGNORECASE)
# Names that Airflow never looks for, though somebody meant a setting of it: underscores are missing or too many.
_STRAY: Final = re.compile(r"(?<![A-Z0-9_])AIRFLOW_{1,3}(?:SECRETS?|WORKERS?)_{1,3}[A-Z0-9_]{1,60}(?![A-Za-z0-9])")
_PLAIN: Final[Mapping[str, str]] = {
    re.sub("_+", "_", name): name
    for name in (
        *(
            f"{option}{more}"
            for option in (backend_settings.SERVER, backend_settings.WORKER)
            for more in ("", "_KWARGS")
        ),
    )
}


@dataclass(frozen=True, slots=True, repr=False)
class Stray:
    name: str
    meant: str
    line: int


@dataclass(frozen=True, slots=True, repr=False)
class SettingsText:
    """`form` is None where nothing was recognised. `airflow` and `providers` are versions that the text names."""

    form: Form | None
    report: EnvironmentReport
    platform: str = ""
    airflow: str = ""
    providers: Mapping[str, str] = field(default_factory=dict)
    strays: tuple[Stray, ...] = ()


def read(text: str, form: Form | None = None, class_path: str = "", airflow: str = "") -> SettingsText:
    """`class_path` is whose bare kwargs are, "" to be guessed; `airflow` the version, where it is told."""
    if len(text) > MAX_TEXT:
        return SettingsText(form, EnvironmentReport(problems=(Problem("too-long"),)))
    providers, airflow = dict(_providers(text)), airflow or _airflow(text)
    bare = _REQUIREMENT.sub("", text)
    form = form or recognised(bare)
    if form is None:
        return SettingsText(None, EnvironmentReport(), "", airflow, providers)
    report = _sure(_READERS[form](bare, _Given(class_path or class_of(bare.strip()), airflow)))
    return SettingsText(form, report, _platform(form, text), airflow, providers, tuple(_strays(bare)))


def _platform(form: Form, text: str) -> str:
    if form == "terraform":
        return "ecs" if _is_of_ecs(text) else "mwaa"
    return PLATFORMS.get(form) or ("astro" if _ASTRO_IMAGE.search(text) else "plain")


def _sure(report: EnvironmentReport) -> EnvironmentReport:
    """Kwargs that MWAA sets by itself are those of Amazon's backends: others have theirs from the start-up script."""
    classes = {
        each.value.reveal() for each in report.entries if each.name in _CLASSES and isinstance(each.value, Sensitive)
    }
    if all(distribution_of(each) in ("", _AMAZON) for each in classes):
        return report
    entries = [replace(each, value=_OF_SCRIPT) if _is_default(each) else each for each in report.entries]
    return replace(report, entries=entries)


def _is_default(entry: EnvEntry) -> bool:
    return entry.kind == "setting" and entry.source.endswith(" default")


def recognised(text: str) -> Form | None:
    """What the text most likely is; None where it could be anything."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "'{", '"{')):
        return _of_json(start)
    found = next((form for form, sign in _SIGNS.items() if re.search(sign, text, re.MULTILINE)), None)
    return "helm-community" if found == "helm" and _is_community(text) else found


def _is_community(text: str) -> bool:
    """Under `airflow` stand its own values: those of the official chart have no `airflow` at the top."""
    is_within = False
    for line in text.splitlines():
        if line[:1].strip() and not line.startswith("#"):
            is_within = line.startswith("airflow:")
        elif is_within and line.strip().startswith(("config:", "extraEnv:")):
            return True
    return False


# The first that fits.
_SIGNS: Final[Mapping[Form, str]] = {
    "astro": r"^[ \t]*(?:\$ )?astro\s+deployment\s+variable",
    "mwaa-cli": r"^[ \t]*(?:\$ )?aws\s+mwaa\s",
    "script": r"\A#!",
    "dockerfile": r"^[ \t]*(?:FROM\s+\S+|ENV\s+[A-Za-z_]\w*[ =])",
    "cfg": r"^\[(?:secrets|workers|core|database|webserver|logging|api)\]\s*$",
    "terraform": r"airflow_configuration_options\s*=|^[ \t]*\"(?:secrets|workers)\.\w+\"\s*="
    r"|^[ \t]*(?:\{[ \t]*)?name\s*=\s*\"AIRFLOW_",
    "compose": r"^services:|^x-airflow",
    "mwaa-console": r"^[ \t]*[\"']?(?:secrets|workers)\.\w+",
    "env-file": r"^[ \t]*(?:export\s+)?AIRFLOW_\w+\s*=",
    "pairs": r"^[ \t]*AIRFLOW_\w+[ \t]*$",
    "helm": r"^(?:airflow|config|env|secret|extraEnv|workers|scheduler|executor|airflowVersion|data):",
}


def _of_json(text: str) -> Form:
    """By words that stand in it, as it may be no valid JSON."""
    if re.search(r"\"(?:containerDefinitions|taskDefinition)\"", text):
        return "ecs"
    if re.search(r"\"(?:AirflowConfigurationOptions|Environment)\"\s*:|\"(?:secrets|workers)\.\w+\"\s*:", text):
        return "mwaa"
    return "compose" if re.search(r"\"services\"\s*:\s*\{", text) else "kwargs"


@dataclass(frozen=True, slots=True)
class _Given:
    class_path: str
    airflow: str


Reader = Callable[[str, _Given], EnvironmentReport]


def _kwargs(text: str, given: _Given) -> EnvironmentReport:
    collector = Collector()
    collector.add(backend_settings.SERVER, Sensitive(given.class_path), "kwargs")
    line = text.count("\n", 0, len(text) - len(text.lstrip())) + 1
    collector.add(f"{backend_settings.SERVER}_KWARGS", Sensitive(text.strip()), "kwargs", line)
    return collector.report()


def _mwaa(text: str, given: _Given) -> EnvironmentReport:
    answer, problems = _json(text)
    if problems:
        return EnvironmentReport(problems=problems)
    found = mapping(answer)
    is_flat = any("." in str(name) for name in found)
    report = env_mwaa.read(settings_forms.of_mwaa(found, given.airflow) if is_flat else answer)
    return replace(report, problems=[_expected(each) for each in report.problems])


def _expected(problem: Problem) -> Problem:
    return replace(problem, facts={"expected": _ANSWER}) if problem.code == "bad-shape" else problem


def _ecs(text: str, _given: _Given) -> EnvironmentReport:
    answer, problems = _json(text)
    return EnvironmentReport(problems=problems) if problems else env_ecs.read(answer)


def _json(text: str) -> tuple[Any, tuple[Problem, ...]]:
    """Read as YAML, which tells lines; some JSON is none."""
    collector = Collector()
    found = load(text, collector)
    if found and not collector.report().problems:
        return found[0], ()
    try:
        return json.loads(text), ()
    except (ValueError, RecursionError) as wrong:
        line = wrong.lineno if isinstance(wrong, json.JSONDecodeError) else 0
        return None, (Problem("bad-text", line),)


def _collected(read_into: Callable[[Collector, str], None]) -> Reader:
    def reader(text: str, _given: _Given) -> EnvironmentReport:
        collector = Collector()
        read_into(collector, text)
        return collector.report()

    return reader


def _options(options_of: Callable[[str], Mapping[str, object]]) -> Reader:
    def reader(text: str, given: _Given) -> EnvironmentReport:
        return env_mwaa.read(settings_forms.of_mwaa(options_of(text), given.airflow))

    return reader


_environment = _collected(settings_forms.read_terraform)
_of_options = _options(settings_forms.terraform_options)


def _is_of_ecs(text: str) -> bool:
    return settings_forms.ENVIRONMENT_IN_TERRAFORM.search(text) is not None


_READERS: Final[Mapping[Form, Reader]] = {
    "kwargs": _kwargs,
    "env-file": lambda text, _: env_file.read(text),
    "cfg": _collected(settings_forms.read_cfg),
    "dockerfile": _collected(settings_forms.read_dockerfile),
    "compose": lambda text, _: env_compose.read(text),
    "helm": lambda text, _: env_helm.read(text, "official"),
    "helm-community": lambda text, _: env_helm.read(text, "community"),
    "mwaa": _mwaa,
    "mwaa-console": _options(settings_forms.console_options),
    "mwaa-cli": _options(settings_forms.command_options),
    "terraform": lambda text, given: (_environment if _is_of_ecs(text) else _of_options)(text, given),
    "ecs": _ecs,
    "astro": _collected(settings_forms.read_astro),
    "pairs": _collected(settings_forms.read_pairs),
    "script": _collected(lambda collector, text: env_script.read_script(collector, text, "script")),
}


def _providers(text: str) -> Iterator[tuple[str, str]]:
    """Of requirements that name one release: a range leaves open which of them is installed."""
    for found in _REQUIREMENT.finditer(text):
        if found["sign"] == "==" and found["name"] not in ("apache-airflow", "airflow"):
            yield found["name"], found["version"]


def _airflow(text: str) -> str:
    for found in _REQUIREMENT.finditer(text):
        if found["sign"] == "==" and found["name"] == "apache-airflow":
            return found["version"]
    told = _AIRFLOW.search(text)
    return (told[1] or told[2]) if told else ""


def _strays(text: str) -> Iterator[Stray]:
    for found in _STRAY.finditer(text):
        meant = _PLAIN.get(_singular(found[0]))
        if meant and meant != found[0]:
            yield Stray(found[0], meant, text.count("\n", 0, found.start()) + 1)


def _singular(name: str) -> str:
    plain = re.sub("_+", "_", name)
    plain = re.sub(r"^AIRFLOW_SECRET_(?=BACKEND)", "AIRFLOW_SECRETS_", plain)
    return re.sub(r"^AIRFLOW_WORKER_", "AIRFLOW_WORKERS_", plain)
