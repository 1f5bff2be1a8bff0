"""Values spelled for the tools that read them."""

from __future__ import annotations

import json
import re
from typing import Final

_SHELL_SAFE: Final = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_JSON_UNSAFE: Final = re.compile(r"\\([\\\"])|['$#`%]|\{(?=\{)")
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_HCL: Final = re.compile(r'[\\"]|[$%](?=\{)|[^\x20-\x7e]')
_YAML_ODD: Final = re.compile(r"[^A-Za-z0-9_. /-]")
_YAML_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_PYTHON: Final = re.compile(r"[\\\"]|[^\x20-\x7e]")


def shell_inside(text: str) -> str:
    """Between single quotes, where nothing but the quote itself means anything."""
    return text.replace("'", "'\\''")


def shell(text: str) -> str:
    """One word."""
    return text if _SHELL_SAFE.fullmatch(text) else f"'{shell_inside(text)}'"


def harmless_json(text: str) -> str:
    """JSON without quotes, dollars and backslashes that .env files or templates might take for their own.

    Each becomes the escape that JSON has for any character, so that the value stays the same.
    """
    return _JSON_UNSAFE.sub(lambda found: f"\\u{ord(found[1] or found[0]):04x}", text)


def ascii_json(text: str) -> str:
    return _NOT_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)


def hcl_inside(text: str) -> str:
    """Between the double quotes of Terraform, where a dollar or a percent sign may never meet a brace."""
    return _HCL.sub(_hcl_escape, text)


def _hcl_escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in '\\"':
        return "\\" + character
    if character not in "$%" and character.isprintable():
        return character
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"


def python_inside(text: str) -> str:
    """Between the double quotes of Python."""
    return _PYTHON.sub(_python_escape, text)


def _python_escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in '\\"':
        return "\\" + character
    return character if character.isprintable() else ascii(character)[1:-1]


def yaml_key(name: str) -> str:
    return name if _YAML_PLAIN.fullmatch(name) else '"' + _YAML_ODD.sub(_yaml_escape, name) + '"'


def _yaml_escape(found: re.Match[str]) -> str:
    return f"\\U{ord(found[0]):08x}"
