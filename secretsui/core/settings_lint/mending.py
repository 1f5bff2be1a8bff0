"""Another text where it is certain what was meant. Everything else is left to whoever knows."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from secretsui.core import backend_settings, json_members
from secretsui.core.rules.outcome import Failed
from secretsui.core.sensitive import Sensitive
from secretsui.core.settings_lint.asked import Asked, Edit
from secretsui.core.settings_lint.place import Places, Spot

_LONGEST: Final = 20_000
_LONGEST_PREFIX: Final = 1_000
_TRAILING: Final = re.compile(r",(\s*[}\]])")
# A kwarg, and behind it a text with separators at its end, in JSON, in JSON within a string, and in Terraform.
_AT_END: Final = r"\\?\"?\s*[:=]\s*\\?\"[^\"\\\n]*?(/+)\\?\""
_AT_START: Final = r"\\?\"?\s*[:=]\s*\\?\"(/+)[^\"\\\n]*\\?\""


@dataclass(frozen=True, slots=True)
class Fault:
    asked: Asked
    places: Places
    failed: Failed
    spot: Spot

    @property
    def meant(self) -> str:
        return str(self.failed.facts.get("meant", ""))


Mend = Callable[[Fault], Edit | None]


def edit_of(asked: Asked, places: Places, failed: Failed, spot: Spot) -> Edit | None:
    mend = _MENDS.get(failed.code)
    return mend(Fault(asked, places, failed, spot)) if mend and spot.at >= 0 else None


def _renamed(fault: Fault) -> Edit | None:
    """A name in the place of another one, unless that is there already."""
    spot, held = fault.spot, fault.places.value(fault.spot.setting)
    is_there = spot.kwarg and held and fault.meant in backend_settings.kwargs_of(held[1])
    if not fault.meant or spot.end <= spot.at or is_there:
        return None
    return Edit(spot.at, spot.end, Sensitive(fault.meant), fault.meant)


def _class(fault: Fault) -> Edit | None:
    held = fault.places.value(fault.spot.setting)
    if not held or not fault.meant:
        return None
    at, path = held
    return Edit(at, at + len(path), Sensitive(fault.meant), fault.meant)


def _cut(pattern: str) -> Mend:
    def mend(fault: Fault) -> Edit | None:
        spot, text = fault.spot, fault.asked.text.reveal()
        found = re.compile(pattern).match(text, spot.end, spot.end + _LONGEST_PREFIX) if spot.kwarg else None
        return Edit(found.start(1), found.end(1), Sensitive("")) if found else None

    return mend


def _without(fault: Fault) -> Edit | None:
    name = fault.spot.kwarg
    return _in_object(fault.places, fault.spot.setting, lambda text: json_members.remove(text, name))


def _switched_off(fault: Fault) -> Edit | None:
    name = fault.spot.kwarg
    if not name:
        return None
    setting = _kwargs(fault.spot.setting)
    found = _in_object(fault.places, setting, lambda text: json_members.append(text, json.dumps(name), "null"))
    return replace(found, shown=f'"{name}": null') if found else None


def _kwargs(setting: str) -> str:
    return setting if setting.endswith("_KWARGS") else f"{setting}_KWARGS"


def _in_object(places: Places, setting: str, change: Callable[[str], str]) -> Edit | None:
    """Only where the JSON stands in the text as it is, so that quotes in it are no others' end."""
    held = places.value(setting)
    if not held or not backend_settings.kwargs_of(held[1]):
        return None
    at, text = held
    changed = change(text)
    return Edit(at, at + len(text), Sensitive(changed)) if changed != text else None


def _as_json(fault: Fault) -> Edit | None:
    """What Python spells, or what has a comma too many, if nothing stands around it that quotes would end."""
    held = fault.places.value(fault.spot.setting)
    if not fault.asked.is_raw or not held or len(held[1]) > _LONGEST:
        return None
    found = _object(held[1])
    return Edit(held[0], held[0] + len(held[1]), Sensitive(found)) if found else None


def _object(text: str) -> str:
    if text[:1] in "'\"" and text[:1] == text[-1:] and backend_settings.kwargs_of(text[1:-1]):
        return text[1:-1]
    tidy = _TRAILING.sub(r"\1", text)
    if backend_settings.kwargs_of(tidy):
        return tidy
    try:
        found = ast.literal_eval(text)
        return json.dumps(found, ensure_ascii=False) if isinstance(found, dict) else ""
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return ""


_MENDS: Final[Mapping[str, Mend]] = {
    "unknown-setting": _renamed,
    "refused-kwarg": _renamed,
    "raising-kwarg": _renamed,
    "ignored-kwarg": _renamed,
    "client-kwarg": _renamed,
    "moved-class": _class,
    "misspelt-class": _class,
    "removed-setting": _without,
    "left-on": _switched_off,
    "not-json": _as_json,
    "double-separator-in-prefix": _cut(_AT_END),
    "separator-trimmed": _cut(_AT_END),
    "slash-in-prefix": _cut(_AT_START),
}
