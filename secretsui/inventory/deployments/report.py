"""What a reporter posts, checked part by part: it comes from outside, and whoever has its token may have written it."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings

from secretsui.airflow.environment import kind_of
from secretsui.core import backend_kwargs, backend_settings, prints
from secretsui.core.connection import FIELDS
from secretsui.core.dialects import DIALECTS
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.clean import storable, storable_json
from secretsui.inventory.models import Deployment, EnvSource

VERSION: Final = 1
MOST_NAMES: Final = 20_000
MOST_PROVIDERS: Final = 500
USES: Final = ("usable", "empty", "broken")

_HASH: Final = re.compile(r"[0-9a-f]{32}")
_PLACE: Final = re.compile(rf"{'|'.join((prints.TEXT, *FIELDS))}|extra\.[A-Za-z_][A-Za-z0-9_.:/-]{{0,79}}")
_WORD: Final = re.compile(r"[\w.+!-]{1,100}", re.ASCII)
_CLASS: Final = re.compile(r"[\w.]{0,200}", re.ASCII)


class BadReport(Exception):
    """It is none; the text names the part that is not as it should be."""

    def __init__(self, part: str) -> None:
        super().__init__(f"This is no report: {part} is not as the reporter writes it.")
        self.part = part


class OtherKey(Exception):
    """Its hashes are made with another key."""


@dataclass(frozen=True, slots=True)
class Named:
    use: str
    places: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    process: str
    airflow: str
    dialect: str
    providers: Mapping[str, str]
    names: Mapping[str, Named]
    settings: Mapping[str, str] = field(default_factory=dict)  # as an environment would set them, without secrets
    test_connection: str = ""


def key(deployment: Deployment) -> Sensitive:
    """What a deployment's reporter makes its hashes with. It opens nothing, and gives nothing of our own key away."""
    named = f"reporter of deployment {deployment.pk}".encode()
    return Sensitive(hmac.new(settings.FINGERPRINT_KEY.encode(), named, hashlib.sha256).hexdigest())


def key_id(deployment: Deployment) -> str:
    return Sensitive("key-id").fingerprint(key(deployment).reveal().encode())[:16]


def read(deployment: Deployment, content: object) -> Report:
    """Raises `BadReport` or `OtherKey`."""
    given = _object(content, "the whole")
    _require(given.get("version") == VERSION, "version")
    if given.get("key_id") != key_id(deployment):
        raise OtherKey
    found = _object(given.get("settings"), "settings")
    return Report(
        process=_one_of(given.get("process"), EnvSource.Process.values, "process"),
        airflow=_matching(given.get("airflow"), _WORD, "airflow")[:20],
        dialect=_one_of(given.get("dialect"), DIALECTS, "dialect"),
        providers=_providers(given.get("providers")),
        names=_names(given.get("names")),
        settings=storable_json(_settings(found)),
        test_connection=storable(str(found.get("test_connection", "")))[:20],
    )


def _providers(given: object) -> Mapping[str, str]:
    found = _object(given, "providers")
    _require(len(found) <= MOST_PROVIDERS, "providers")
    return {_matching(name, _WORD, "providers"): _matching(text, _WORD, "providers") for name, text in found.items()}


def _names(given: object) -> Mapping[str, Named]:
    """What Airflow could never ask for is left out."""
    found = _object(given, "names")
    _require(len(found) <= MOST_NAMES, "names")
    return {name: _named(each) for name, each in found.items() if kind_of(name) in ("connection", "variable")}


def _named(given: object) -> Named:
    found = _object(given, "names")
    places = _object(found.get("places"), "places")
    for place, text in places.items():
        _matching(place, _PLACE, "places")
        _require(text == "" or (isinstance(text, str) and _HASH.fullmatch(text) is not None), "places")
    return Named(_one_of(found.get("use"), USES, "use"), places)


def _settings(found: Mapping[str, Any]) -> Mapping[str, str]:
    given = {backend_settings.MULTI_TEAM: "True"} if found.get("multi_team") is True else {}
    for option, start in ((backend_settings.SERVER, ""), (backend_settings.WORKER, "worker_")):
        if path := _matching(found.get(f"{start}backend", ""), _CLASS, "settings"):
            kwargs = _kwargs(found.get(f"{start}kwargs", {}), found.get(f"{start}kwarg_names", []))
            given |= {option: path, f"{option}_KWARGS": backend_kwargs.as_text(path, kwargs)}
    return given


def _kwargs(kwargs: object, names: object) -> Mapping[str, Any]:
    """Of those that are only named it is known that they are set."""
    _require(isinstance(names, list) and all(isinstance(name, str) for name in names), "kwarg_names")
    named = names if isinstance(names, list) else []
    return {**dict.fromkeys(named, backend_kwargs.MARK), **_object(kwargs, "kwargs")}


def _object(given: object, part: str) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise BadReport(part)
    return given


def _one_of(given: object, words: Sequence[str], part: str) -> str:
    _require(given in words, part)
    return str(given)


def _matching(given: object, pattern: re.Pattern[str], part: str) -> str:
    _require(isinstance(given, str) and pattern.fullmatch(given) is not None, part)
    return str(given)


def _require(is_so: bool, part: str) -> None:
    if not is_so:
        raise BadReport(part)
