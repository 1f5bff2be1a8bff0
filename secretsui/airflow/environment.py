"""What a source says of the environment in which Airflow's processes run: connections, variables, settings.

A report holds nothing but names that Airflow knows; literals are `Sensitive`, for the caller to compare and drop.
What a source leaves open is a gap: a name missing from a report with a gap is unknown, not absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from secretsui.core.backend_settings import SECRET_OPTIONS
from secretsui.core.environment import CONNECTIONS, VARIABLES
from secretsui.core.sensitive import Sensitive

Kind = Literal["connection", "variable", "setting"]
Holder = Literal["secrets-manager", "parameter-store", "kubernetes-secret", "kubernetes-configmap"]
EVERYWHERE: Final = ""
MAX_TEXT: Final = 500_000

# The last two are not Airflow's own, but backends read them.
_SETTING: Final = re.compile(
    r"AIRFLOW__SECRETS__[A-Z0-9_]+|AIRFLOW__WORKERS__SECRETS_BACKEND[A-Z0-9_]*|AIRFLOW__CORE__MULTI_TEAM"
    r"|AWS_REGION|VAULT_TOKEN"
)
# Other signs are those of a value that took the place of a name.
_SECRET_NAME: Final = re.compile(rf"(?:{CONNECTIONS}|{VARIABLES})(?P<id>[\w.\-/ ]{{0,250}})")
_OF_AIRFLOW: Final = re.compile(r"(?:AIRFLOW_(?:CONN|VAR)_|AIRFLOW__(?:SECRETS|WORKERS)__)", re.IGNORECASE)

SENTENCES: Final[Mapping[str, str]] = {
    "bad-name": "A name that starts like one of Airflow's has signs that none has. Check what stands before the value.",
    "bad-line": "This line cannot be read. Write NAME=value, and close its quotes.",
    "bad-text": "The text cannot be read here. Check the indentation, quotes and signs of this line.",
    "bad-shape": "This is not of the expected form. Give the {expected}.",
    "default-taken": "The default of {variable} is taken. Give the value of {variable} if it is set where this runs.",
    "duplicate": "{name} was set before, in line {before}; this value counts. Remove one of the two.",
    "duplicate-key": "A key occurs twice in one mapping; the last one counts, where it is not refused. Remove one.",
    "lower-case": "Airflow looks for names in capitals only and never finds {name}. Write it in capitals.",
    "no-id": "{name} names no connection or variable. Write the id after it.",
    "no-value": "{name} is named without a value and so not set. Write {name}= and the value.",
    "overridden": "{name} is also set in {source}, which counts less. Remove that one.",
    "synced": "{name} is written to the metadata database, not to the environment. Change it in these values.",
    "too-deep": "The text is nested too deeply. Give the part that sets the environment.",
    "too-long": "The text is too long. Give the part that sets the environment.",
    "too-many-blanks": "The line has hundreds of blanks in a row. Remove them.",
    "recursive": "An anchor contains itself. Write its content out.",
    "several-documents": "There are several documents; only the first is read. Give them one by one.",
}


@dataclass(frozen=True, slots=True)
class SecretRef:
    """The value is kept elsewhere. An empty `name` is made by the tool that deploys."""

    holder: Holder
    name: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is a value, but the source alone does not tell which; `maybe_unset` where there may be none."""

    reason: str
    maybe_unset: bool = False


Value = Sensitive | SecretRef | Unknown


@dataclass(frozen=True, slots=True)
class EnvEntry:
    """`component` is the process that has it, in the words of the source: a service, a container, or everywhere."""

    name: str
    kind: Kind
    value: Value
    component: str
    source: str
    line: int = 0

    @property
    def is_reachable(self) -> bool:
        return self.kind == "setting" or self.name == self.name.upper()


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    line: int = 0
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return SENTENCES[self.code].format_map(self.facts)


@dataclass(frozen=True, slots=True)
class Gap:
    """A place that sets names which are not known here."""

    reason: str
    component: str = EVERYWHERE
    where: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class EnvironmentReport:
    entries: Sequence[EnvEntry] = ()
    problems: Sequence[Problem] = ()
    gaps: Sequence[Gap] = ()

    def of_component(self, component: str) -> Mapping[str, EnvEntry]:
        """What one process sees, by name: its own before what is set everywhere."""
        everywhere = {each.name: each for each in self.entries if each.component == EVERYWHERE}
        return everywhere | {each.name: each for each in self.entries if each.component == component}

    def is_complete_for(self, component: str) -> bool:
        return not any(gap.component in (EVERYWHERE, component) for gap in self.gaps)

    @property
    def components(self) -> Sequence[str]:
        """Also those of which nothing is known but that something sets their names."""
        return sorted({each.component for each in self.entries} | {gap.component for gap in self.gaps})


class Collector:
    """Takes settings in the order in which the platform applies them: of one name, the last one given counts."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], EnvEntry] = {}
        self._problems: list[Problem] = []
        self._gaps: list[Gap] = []

    def add(self, name: str, value: Value, source: str, line: int = 0, component: str = EVERYWHERE) -> None:
        kind = kind_of(name)
        if kind is None:
            self._refuse(name, line)
            return
        entry = EnvEntry(name, kind, value, component, source, line)
        self._compare(self._entries.pop((component, name), None), entry)
        self._entries[component, name] = entry

    def _refuse(self, name: str, line: int) -> None:
        """What is no name of Airflow's is passed over, unless it was meant to be one."""
        if not _OF_AIRFLOW.match(name):
            return
        capitals = name.upper()
        if name in (CONNECTIONS, VARIABLES):
            self.problem("no-id", line, name=name)
        elif capitals != name and kind_of(capitals):
            self.problem("lower-case", line, name=name)
        elif not capitals.startswith("AIRFLOW__"):
            self.problem("bad-name", line)

    def _compare(self, before: EnvEntry | None, entry: EnvEntry) -> None:
        if not entry.is_reachable:
            self.problem("lower-case", entry.line, name=entry.name)
        if before is None or before.source.endswith(" default"):
            return  # a platform's default is there to be overridden
        if before.source == entry.source:
            self.problem("duplicate", entry.line, name=entry.name, before=before.line)
        else:
            self.problem("overridden", entry.line, name=entry.name, source=before.source)

    def remove(self, name: str, component: str = EVERYWHERE) -> None:
        self._entries.pop((component, name), None)

    def value_of(self, name: str, component: str = EVERYWHERE) -> Value | None:
        found = self._entries.get((component, name))
        return found.value if found else None

    def problem(self, code: str, line: int = 0, **facts: object) -> None:
        self._problems.append(Problem(code, line, facts))

    def synced(self, name: str, line: int) -> None:
        if kind_of(name):
            self.problem("synced", line, name=name)

    def gap(self, reason: str, where: str = "", line: int = 0, component: str = EVERYWHERE) -> None:
        self._gaps.append(Gap(reason, component, where, line))

    def report(self) -> EnvironmentReport:
        return EnvironmentReport(tuple(self._entries.values()), tuple(self._problems), tuple(self._gaps))


def kind_of(name: str) -> Kind | None:
    """None: no name that matters here. The id of a secret may be in any case, although Airflow finds capitals only."""
    if _SETTING.fullmatch(name) or name in SECRET_OPTIONS:
        return "setting"
    found = _SECRET_NAME.fullmatch(name)
    if not found or not found["id"].strip():
        return None
    return "connection" if name.startswith(CONNECTIONS) else "variable"


def option_name(section: str, option: str) -> str:
    """The variable that sets an option of airflow.cfg."""
    return f"AIRFLOW__{section}__{option}".upper()


def of_cfg(text: str) -> Value:
    """As `configparser` reads it, which takes a doubled percent sign for one, and stumbles over a single one."""
    is_broken = "%" in text.replace("%%", "")
    return Unknown("interpolation") if is_broken else Sensitive(text.replace("%%", "%"))
