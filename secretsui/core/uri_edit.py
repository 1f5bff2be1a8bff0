"""A connection URI with some fields changed and the rest left to the byte, also what Airflow does not read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from secretsui.core import uri_parts, uri_writer
from secretsui.core.construct import EXTRA_KEY
from secretsui.core.dialects import RULES
from secretsui.core.sensitive import Sensitive

Parts = dict[str, str | None]

_PARTS: Final = re.compile(
    r"(?P<conn_type>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?P<protocol>[A-Za-z][A-Za-z0-9+.-]*)://)?"
    r"(?:(?P<login>[^/?#@:\[\]]*)(?::(?P<password>[^/?#@\[\]]*))?(?P<at>@))?"
    r"(?P<host>[^/?#@:\[\]]*)(?::(?P<port>[0-9]*))?"
    r"(?P<schema>/[^?#]*)?(?P<extra>\?[^#]*)?(?P<rest>#.*)?",
    re.DOTALL,
)


def edit(uri: str, changes: Mapping[str, Any]) -> str | None:
    """None where the URI is none of the everyday ones, or a field has no plain place in it.

    Whether every Airflow reads the result as it should is for the caller to find out. Raises `EncodeError`.
    """
    found = _PARTS.fullmatch(uri.strip())
    if found is None or "://" in str(changes.get("host", "")):
        return None
    parts: Parts = found.groupdict()
    if "host" in changes:
        parts["protocol"] = None
    for field, value in changes.items():
        parts[field] = None if value is None else _spelled(field, value)
    lead = uri[: uri.index(found[0])]
    return lead + _joined(parts, changes) + uri[len(lead) + len(found[0]) :]


def edit_parameters(uri: str, changes: Mapping[str, str | None]) -> str | None:
    """The URI with these parameters set or, for None, taken away. None where they are not the extra, one by one."""
    found = _PARTS.fullmatch(uri.strip())
    if found is None:
        return None
    pieces = (found["extra"] or "?")[1:].split("&") if found["extra"] else []
    names = [name for piece in pieces for name, _ in uri_parts.parameters(piece)]
    if len(names) < len(pieces) or EXTRA_KEY in {*names, *changes} or len(set(names)) < len(names):
        return None
    kept = [
        _parameter(name, changes[name]) if name in changes else piece for name, piece in zip(names, pieces, strict=True)
    ]
    new = [_parameter(name, value) for name, value in changes.items() if name not in names]
    query = "&".join(filter(None, (*kept, *new)))
    path = found["schema"] or ("/" if query or found["extra"] else "")
    start, end = _place(uri, found)
    return f"{uri[:start]}{path}{'?' if query else ''}{query}{uri[end:]}"


def _parameter(name: str, value: str | None) -> str:
    return "" if value is None else urlencode({name: value})


def _place(uri: str, found: re.Match[str]) -> tuple[int, int]:
    """Where path and parameters stand in the URI, which may have blanks around."""
    lead = uri.index(found[0])
    end = lead + len(found[0]) - len(found["rest"] or "")
    return end - len(found["schema"] or "") - len(found["extra"] or ""), end


def _spelled(field: str, value: Any) -> str:
    if field == "conn_type":
        return str(value).lower().replace("_", "-")
    if field == "extra":
        return "?" + uri_writer.query(Sensitive(value), RULES["3.3"])
    text = uri_writer.quote(str(value), field)
    return "/" + text if field == "schema" else text


def _joined(parts: Parts, changes: Mapping[str, Any]) -> str:
    address = (parts["host"] or "") + (f":{parts['port']}" if parts["port"] is not None else "")
    userinfo = _userinfo(parts, changes)
    if address.startswith(":") and not userinfo:
        userinfo = "@"
    protocol = f"{parts['protocol']}://" if parts["protocol"] else ""
    path = parts["schema"] or ("/" if parts["extra"] and changes.keys() & {"schema", "extra"} else "")
    return f"{parts['conn_type']}://{protocol}{userinfo}{address}{path}{parts['extra'] or ''}{parts['rest'] or ''}"


def _userinfo(parts: Parts, changes: Mapping[str, Any]) -> str:
    login, password = parts["login"], parts["password"]
    text = (login or "") + (f":{password}" if password is not None else "")
    is_kept = parts["at"] and not changes.keys() & {"login", "password"}
    return text + "@" if text or is_kept else ""


def unread(uri: str) -> Sequence[str]:
    """The places of what stands in a URI although no Airflow reads it."""
    before, _, fragment = uri.strip().partition("#")
    names = [name for name, _ in uri_parts.parameters(before.partition("?")[2])]
    found = []
    if EXTRA_KEY in names and len(set(names)) > 1:
        found.append(f"the parameters beside {EXTRA_KEY}")
    elif len(set(names)) < len(names):
        places = [place for place, name in enumerate(names, 1) if name in names[place:]]
        found.append("parameter " + ", ".join(map(str, places)) + f" of {len(names)}, named again later")
    if fragment:
        found.append(f"what follows the # at character {len(before) + 1}")
    return found
