"""Hostile text, and connections and values made of it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from secretsui.core.codec import DIALECTS
from secretsui.core.connection import Connection
from secretsui.core.sensitive import Sensitive

dialects = st.sampled_from(DIALECTS)

PIECES = [
    "://",
    "//",
    "@",
    ":",
    "/",
    "?",
    "#",
    "&",
    "=",
    "+",
    "%",
    "%2F",
    "%zz",
    "[",
    "]",
    "[::1]",
    "{",
    "}",
    '"',
    "'",
    "\\",
]
pieces = st.sampled_from(
    [*PIECES, "__extra__", "http", "postgres", "é", "℀", "\ud800", "\n", "\x00", "\xa0", "1", "true"]
)
hostile = st.lists(pieces | st.text(max_size=3), max_size=8).map("".join)
# Every text that UTF-8 can carry, as a form may send it.
texts = st.text(max_size=12)


def json_of(words: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | words,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
        max_leaves=6,
    )


json_values = json_of(hostile)
names = st.sampled_from(["conn_type", "host", "login", "password", "schema", "port", "extra", "description"])
aliases = st.sampled_from(["user", "pass", "server", "engine", "conn_id", "database", "uri", "team_name", "dbname", ""])
objects = st.dictionaries(names | aliases | hostile, json_values, max_size=6)
values = hostile | objects.map(json.dumps) | json_values.map(json.dumps)

lower_hosts = st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,10}[a-z0-9])?", fullmatch=True)
conn_types = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(lambda name: name != "postgresql")
flat_extras = st.dictionaries(texts, texts, max_size=3)
any_extras = st.dictionaries(texts, json_of(texts), max_size=3)


def maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[Sensitive | None]:
    return st.none() | strategy.filter(bool).map(Sensitive)


@st.composite
def sound_connections(draw: st.DrawFn, extras: st.SearchStrategy[dict[str, Any]] = flat_extras) -> Connection:
    """Connections that survive a URI: lower case, no empty fields."""
    extra = draw(extras)
    return Connection(
        conn_type=draw(conn_types),
        host=draw(lower_hosts),
        login=draw(maybe(texts)),
        password=draw(maybe(texts)),
        schema=draw(texts),
        port=draw(st.none() | st.integers(1, 65535)),
        extra=Sensitive(json.dumps(extra)) if extra else None,
    )
