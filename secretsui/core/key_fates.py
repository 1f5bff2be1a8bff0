"""What each reader of a stored connection does with every key in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from secretsui.core import uri_parts
from secretsui.core.aliases import ALIASES
from secretsui.core.construct import EXTRA_KEY
from secretsui.core.dialects import STANDARD_KEYWORDS

Reader = Literal["secrets-manager", "others", "vault"]
What = Literal["used", "renamed", "dropped", "refused"]

# Secrets Manager; the stores and the environment that hand the JSON on as it is; Vault, where each key is on its own.
READERS: Final[tuple[Reader, ...]] = ("secrets-manager", "others", "vault")
_UNSET_IF_FALSE: Final = ("extra", "conn_type", "port")
_VAULT_URI: Final = "conn_uri"


@dataclass(frozen=True, slots=True)
class Fate:
    """`field` is where the value ends up, "" where nowhere. Who refuses a key reads nothing of the whole value."""

    what: What
    field: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class KeyFate:
    key: str
    fates: Mapping[Reader, Fate]


DROPPED: Final = Fate("dropped")
REFUSED: Final = Fate("refused")


def of_object(found: Mapping[str, Any], names: Sequence[str]) -> Sequence[KeyFate]:
    """`names` are the keys as they stand in the text; of one that stands twice every Airflow takes the last."""
    by_reader: Mapping[Reader, Mapping[str, Fate]] = {
        "secrets-manager": _rebuilt(found),
        "others": {name: _plain(name, found) for name in found},
        "vault": _in_vault(found),
    }
    return [
        KeyFate(name, {reader: DROPPED if name in names[place:] else by_reader[reader][name] for reader in READERS})
        for place, name in enumerate(names, 1)
    ]


def _rebuilt(found: Mapping[str, Any]) -> Mapping[str, Fate]:
    first = {field: next((name for name in found if name in names), None) for field, names in ALIASES.items()}
    field_of = {name: field for field, name in first.items() if name is not None}
    return {name: _fate(name, field_of.get(name)) for name in found}


def _fate(name: str, field: str | None) -> Fate:
    if field is None:
        return DROPPED
    return Fate("used" if name == field else "renamed", field)


def _plain(name: str, found: Mapping[str, Any]) -> Fate:
    if name not in STANDARD_KEYWORDS:
        return REFUSED
    if name == "uri" and any(found[other] for other in found if other != "uri"):
        return REFUSED
    if name in _UNSET_IF_FALSE and not found[name]:
        return DROPPED
    return Fate("used", name)


def _in_vault(found: Mapping[str, Any]) -> Mapping[str, Fate]:
    if not found.get(_VAULT_URI):
        return {name: _plain(name, found) for name in found}
    return {name: Fate("used", "uri") if name == _VAULT_URI else DROPPED for name in found}


def of_uri(uri: str) -> Sequence[KeyFate]:
    """Of its parameters, which all readers take alike."""
    names = [name for name, _ in uri_parts.parameters(uri.partition("#")[0].partition("?")[2])]
    choose = _whole_extra if EXTRA_KEY in names else _own_key
    return [KeyFate(name, _everywhere(choose(name), name in names[place:])) for place, name in enumerate(names, 1)]


def _whole_extra(name: str) -> Fate:
    return Fate("used", "extra") if name == EXTRA_KEY else DROPPED


def _own_key(name: str) -> Fate:
    return Fate("used", f"extra.{name}")


def _everywhere(fate: Fate, is_repeated: bool) -> Mapping[Reader, Fate]:
    return dict.fromkeys(READERS, DROPPED if is_repeated else fate)
