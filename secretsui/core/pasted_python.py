"""A call of Airflow's `Connection` in Python, of which only literals are read."""

from __future__ import annotations

import ast
import json
import re
import tokenize
import warnings
from collections.abc import Iterator
from io import StringIO
from typing import Any, Final

from secretsui.core.fragment import Fragment, Unreadable

_CALL: Final = re.compile(r"\bConnection\s*\(")
_POSITIONS: Final = (
    "conn_id", "conn_type", "description", "host", "login", "password", "schema", "port", "extra", "uri",
)  # fmt: skip
_OPENING: Final = ("(", "[", "{")
_CLOSING: Final = (")", "]", "}")


def read(text: str) -> Fragment | None:
    """None where there is no call."""
    if not (found := _CALL.search(text)):
        return None
    try:
        call = _parsed(text[found.start() :])
        arguments = dict(_arguments(call)) if call else None
    except Unreadable as failure:
        return Fragment("python", problem=failure.problem)
    if arguments is None:
        return Fragment("python", problem="bad-python")
    return _fragment(arguments)


def _fragment(arguments: dict[str, Any]) -> Fragment:
    conn_id = arguments.pop("conn_id", "")
    uri = arguments.pop("uri", None)
    fields = {name: value for name, value in arguments.items() if value is not None}
    problem = "" if uri or fields else "no-value"
    return Fragment("python", conn_id if isinstance(conn_id, str) else "", str(uri or ""), fields, problem)


def _parsed(text: str) -> ast.Call | None:
    found = _expression(text[: _end(text)])
    return found if isinstance(found, ast.Call) else None


def _end(text: str) -> int:
    """Behind the bracket that ends the call; 0 where none does."""
    depth = 0
    try:
        for token in tokenize.generate_tokens(StringIO(text).readline):
            if token.type == tokenize.OP:
                depth += (token.string in _OPENING) - (token.string in _CLOSING)
                if depth == 0:
                    row, column = token.end
                    return sum(map(len, text.split("\n")[: row - 1])) + row - 1 + column
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass
    return 0


def _expression(text: str) -> ast.expr | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that Python may not know one day
            return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _arguments(call: ast.Call) -> Iterator[tuple[str, Any]]:
    if len(call.args) > len(_POSITIONS):
        raise Unreadable("bad-python")
    for name, node in zip(_POSITIONS, call.args, strict=False):
        yield name, _literal(node)
    for keyword in call.keywords:
        if keyword.arg is None:
            raise Unreadable("not-literal")
        yield keyword.arg, _literal(keyword.value)


def _literal(node: ast.expr) -> Any:
    if isinstance(node, ast.Call) and len(node.args) == 1 and _called(node) == "dumps":
        return json.dumps(_literal(node.args[0]))
    try:
        found = ast.literal_eval(node)
        json.dumps(found)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise Unreadable("not-literal") from None
    return found


def _called(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))
