"""Texts spelled for the files that hold settings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from secretsui.core import quoting

# Readers of .env files disagree on what these mean between single quotes.
_NOT_IN_ENV: Final = re.compile(r"\\([\\\"])|['#`]")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def env(text: str) -> str:
    """JSON between single quotes, with its own escapes for what some reader takes for something else."""
    return "'" + _NOT_IN_ENV.sub(lambda found: f"\\u{ord(found[1] or found[0]):04x}", text) + "'"


def cfg(text: str) -> str:
    """Where a percent sign begins the name of another option."""
    return text.replace("%", "%%")


def yaml(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def template(text: str) -> str:
    """JSON that no template language takes for a part of its own."""
    return text.replace("{{", "{\\u007b")


def compose(text: str) -> str:
    return yaml(text.replace("$", "$$"))


def hcl(value: Any, indent: int = 0) -> str:
    """JSON as an expression of Terraform."""
    pad = " " * (indent + 2)
    if isinstance(value, Mapping):
        names = {name: name if _IDENTIFIER.fullmatch(name) else hcl(name) for name in value}
        width = max((len(each) for each in names.values()), default=0)
        lines = [f"{pad}{names[name].ljust(width)} = {hcl(each, indent + 2)}\n" for name, each in value.items()]
        return "{\n" + "".join(lines) + " " * indent + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[\n" + "".join(f"{pad}{hcl(each, indent + 2)},\n" for each in value) + " " * indent + "]"
    if isinstance(value, str):
        return f'"{quoting.hcl_inside(value)}"'
    return json.dumps(value)


def options(text: str, *lines: str) -> str:
    """A command with each of its options on a line."""
    return " \\\n  ".join((text, *lines))
