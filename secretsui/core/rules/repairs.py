"""Mending a value by one step. Each repair has one meaning, and raises `NoRepair` where that is not beyond doubt."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

from secretsui.core import codec, json_members, uri_edit
from secretsui.core.aliases import ALIASES
from secretsui.core.codec_errors import CodecError
from secretsui.core.rules.format_text import QUOTES
from secretsui.core.sensitive import Sensitive
from secretsui.core.variable import json_reading


class NoRepair(ValueError):
    """It does not apply, or there is more than one way to read the value."""


_SCHEME: Final = re.compile(r"(\s*)([A-Za-z][A-Za-z0-9_+.-]*)(?=://)")


def unquote(text: str) -> str:
    return text.strip().strip(QUOTES).strip()


def strip(text: str) -> str:
    return text.strip()


def hyphenate(text: str) -> str:
    return _SCHEME.sub(lambda found: found[1] + found[2].replace("_", "-"), text, count=1)


_OF_TEXT: Final[Mapping[str, Callable[[str], str]]] = {"unquote": unquote, "strip": strip, "hyphenate": hyphenate}
_OF_FIELD: Final[Mapping[str, Callable[[str], str]]] = {"strip": strip}


def apply(repair: str, text: Sensitive, field: str = "text") -> Sensitive:
    """Of the whole text, or of one field where it stands in the text."""
    if field != "text" and repair in _OF_FIELD:
        return Sensitive(_in_text(text.reveal(), field, _OF_FIELD[repair]))
    if repair in _OF_TEXT:
        return Sensitive(_OF_TEXT[repair](text.reveal()))
    raise NoRepair("There is no such repair.")


def apply_to_field(repair: str, value: str) -> str:
    """Of what one field holds."""
    if repair in _OF_FIELD:
        return _OF_FIELD[repair](value)
    raise NoRepair("There is no such repair.")


def _in_text(text: str, field: str, mend: Callable[[str], str]) -> str:
    if text.strip().startswith("{"):
        return _in_json(text, field, mend)
    try:
        conn = codec.decode(text, "3.3")
        found = getattr(conn, field, None)
        value = found.reveal() if isinstance(found, Sensitive) else found
        edited = uri_edit.edit(text, {field: mend(value)}) if isinstance(value, str) else None
    except CodecError:
        edited = None
    if edited is None:
        raise NoRepair("This part of the URI cannot be changed by itself.")
    return edited


def _in_json(text: str, field: str, mend: Callable[[str], str]) -> str:
    found = json_reading(Sensitive(text))
    name = next((name for name in found or () if name in ALIASES.get(field, ())), "")
    if not isinstance(found, dict) or not isinstance(found.get(name), str):
        raise NoRepair("The JSON has no such text.")
    return json_members.replace(text, name, json.dumps(mend(found[name])))
