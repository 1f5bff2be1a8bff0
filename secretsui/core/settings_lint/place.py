"""Where a finding stands in the pasted text: the setting, the kwarg in it, and their line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from secretsui.core.rules.configured import OPTIONS, VARIABLES
from secretsui.core.rules.outcome import Failed
from secretsui.core.settings_lint.asked import Setting

_IN_VALUE: Final = re.compile(r"line (\d+), column (\d+)")
_KWARG: Final = re.compile(r"[a-z]\w*_(?:prefix|path|lookup_pattern|prefix_shared)|sep|[a-z][a-z0-9_]{0,40}")


@dataclass(frozen=True, slots=True)
class Spot:
    """`at` and `end` are offsets in the text, -1 where nothing can be pointed at."""

    setting: str
    kwarg: str = ""
    at: int = -1
    end: int = -1


class Places:
    def __init__(self, text: str, settings: Sequence[Setting]) -> None:
        self._text = text
        self._settings: Mapping[str, Setting] = {each.name: each for each in settings}
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def spot(self, failed: Failed) -> Spot:
        name, kwarg = self._about(failed)
        if not self._is_written(name) and self._is_written(f"{name}_KWARGS"):
            name = f"{name}_KWARGS"  # bare kwargs, of which the class is told elsewhere
        setting = self._settings.get(name)
        start = self._start(setting)
        if start < 0:
            return self._named(name)
        value_at = self._value_at(setting, start)
        if setting and value_at >= 0 and not kwarg and (found := _IN_VALUE.fullmatch(failed.where)):
            return self._within(name, value_at, setting, int(found[1]), int(found[2]))
        if kwarg and (spot := self._kwarg(name, kwarg, start)):
            return spot
        return self._spelled(name, start) or Spot(name, kwarg, start, start)

    def value(self, name: str) -> tuple[int, str] | None:
        """Where the value of a setting stands, if it does so as it is."""
        setting = self._settings.get(name)
        start = self._start(setting)
        at = self._value_at(setting, start) if start >= 0 else -1
        return (at, setting.value.reveal()) if setting and setting.value and at >= 0 else None

    def line_and_column(self, at: int) -> tuple[int, int]:
        if at < 0:
            return 0, 0
        line = self._text.count("\n", 0, at)
        return line + 1, at - self._starts[line] + 1

    def _about(self, failed: Failed) -> tuple[str, str]:
        """The variable, and its kwarg."""
        field = failed.field.removeprefix("workers.") if failed.field.startswith("workers.AIRFLOW") else failed.field
        for layer, option in OPTIONS.items():
            if field.startswith(f"{option}_kwargs."):
                return self._kwargs_of(layer, field.removeprefix(f"{option}_kwargs."))
            if field == option:
                return VARIABLES[layer], ""
            if re.fullmatch(rf"{layer}(?:/shared)?(?:\.\w+)?", field):
                is_shared = field.startswith(f"{layer}/shared")
                return self._kwargs_of(layer, "connections_prefix_shared" if is_shared else self._of_fact(failed))
        if field.startswith("AIRFLOW"):
            return field, ""
        return self._kwargs_of(self._holding(field), field) if _KWARG.fullmatch(field) else ("", "")

    def _kwargs_of(self, layer: str, kwarg: str) -> tuple[str, str]:
        """Of a kwarg with a variable of its own, that one."""
        own = f"{VARIABLES[layer]}_KWARG__{kwarg.upper()}"
        if own in self._settings:
            return own, ""
        whole = f"{VARIABLES[layer]}_KWARGS"
        return (whole if whole in self._settings else VARIABLES[layer]), kwarg

    def _holding(self, kwarg: str) -> str:
        """The layer whose kwargs name it."""
        for layer, variable in VARIABLES.items():
            setting = self._settings.get(f"{variable}_KWARGS")
            if setting and setting.value and f'"{kwarg}"' in setting.value.reveal():
                return layer
        return next(iter(VARIABLES))

    def _of_fact(self, failed: Failed) -> str:
        """The kwarg that a prefix among the facts is from."""
        prefix = str(failed.facts.get("prefix", "")).strip("/")
        kwargs = (self._settings.get(f"{variable}_KWARGS") for variable in VARIABLES.values())
        text = next((each.value.reveal() for each in kwargs if each and each.value), "")
        found = re.search(rf'"(\w+)"\s*:\s*"/*{re.escape(prefix)}/*"', text) if prefix else None
        return found[1] if found else str(failed.facts.get("kwarg", ""))

    def _is_written(self, name: str) -> bool:
        return self._start(self._settings.get(name)) >= 0

    def _start(self, setting: Setting | None) -> int:
        """Of its line; what a platform sets by itself has none."""
        if setting is None or not 0 < setting.line <= len(self._starts):
            return -1
        return self._starts[setting.line - 1]

    def _value_at(self, setting: Setting | None, start: int) -> int:
        value = setting.value.reveal() if setting and setting.value else ""
        return self._text.find(value, start) if value else -1

    def _within(self, name: str, value_at: int, setting: Setting, line: int, column: int) -> Spot:
        value = setting.value.reveal() if setting.value else ""
        lines = value.split("\n")
        at = value_at + sum(len(each) + 1 for each in lines[: line - 1]) + column - 1
        return Spot(name, "", at, at)

    def _kwarg(self, name: str, kwarg: str, start: int) -> Spot | None:
        found = re.compile(rf"(?<!\w){re.escape(kwarg)}(?!\w)").search(self._text, start)
        return Spot(name, kwarg, found.start(), found.end()) if found else None

    def _spelled(self, name: str, start: int) -> Spot | None:
        """The setting itself, as the text writes it."""
        for spelling in _spellings(name):
            found = re.compile(rf"(?<![\w.]){re.escape(spelling)}(?!\w)").search(self._text, start)
            if found and found.start() - start < 2_000:
                return Spot(name, "", found.start(), found.end())
        return None

    def _named(self, name: str) -> Spot:
        """What is no setting, wherever the text has this name."""
        at = self._text.find(name) if name else -1
        return Spot(name, "", at, at + len(name)) if at >= 0 else Spot(name)


def _spellings(name: str) -> Sequence[str]:
    section, _, option = name.removeprefix("AIRFLOW__").lower().partition("__")
    return name, f"{section}.{option}", option
