from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsui.core import codec
from secretsui.core.backends.registry import source_of
from secretsui.core.backends.source import Backend, CannotTell, Context, Raises, Source
from secretsui.core.backends.vault_object import Held, object_of, text_of
from secretsui.core.codec import Dialect
from secretsui.core.codec_errors import DecodeError
from secretsui.core.sensitive import Sensitive
from tests.core import strategies

VAULT = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
NAMES = st.sampled_from(["conn_uri", "value", "conn_type", "host", "login", "password", "port", "extra", "owner"])


def _is_json(data: Any) -> bool:
    try:
        json.dumps(data, allow_nan=False)
    except ValueError:
        return False
    return True


OBJECTS = st.dictionaries(NAMES | strategies.hostile, strategies.json_values, max_size=5).filter(_is_json)


def source(provider: str = "4.8.0") -> Source:
    found = source_of(Backend(VAULT, {"token": "t"}, provider), Context("3.3"))
    assert not isinstance(found, Raises | CannotTell)
    return found


def outcome(read: Any, *asked: Any) -> Any:
    try:
        return read(*asked)
    except DecodeError as error:
        return error.reason, error.airflow_class, error.where


def text(data: dict[str, Any], kind: str = "connection") -> str:
    found = text_of(data, kind)
    assert found is not None
    return found.reveal()


@given(data=OBJECTS, dialect=strategies.dialects)
def test_a_connection_is_what_the_codec_makes_of_its_text(data: dict[str, Any], dialect: Dialect) -> None:
    theirs = outcome(source().connection, data, dialect)
    mine = outcome(codec.decode, text(data), dialect)

    if data.get("conn_uri") and not isinstance(data["conn_uri"], str):
        assert isinstance(theirs, tuple)
        assert isinstance(mine, tuple)
    else:
        assert repr(mine) == repr(theirs)
        assert mine == theirs


@given(data=OBJECTS)
def test_a_variable_is_its_text(data: dict[str, Any]) -> None:
    theirs, mine = source().variable(data), text_of(data, "variable")

    assert (theirs is None) is (mine is None)
    if isinstance(data.get("value"), str):
        assert mine == theirs
    elif theirs is not None and mine is not None:
        assert json.loads(mine.reveal()) == json.loads(theirs.reveal())


@given(data=OBJECTS, kind=st.sampled_from(["connection", "variable", "config", "other"]), before=st.none() | OBJECTS)
def test_what_is_stored_reads_as_it_was_entered(data: dict[str, Any], kind: str, before: dict[str, Any] | None) -> None:
    entered = text_of(data, kind)
    if entered is None or (kind == "connection" and _is_json_as_uri(data)):
        return
    assert text_of(object_of(entered, kind, before), kind) == entered


def _is_json_as_uri(data: dict[str, Any]) -> bool:
    """It is read as its fields, and so written as them."""
    uri = data.get("conn_uri")
    return isinstance(uri, str) and uri.strip().startswith("{")


def test_uri_fields_and_values_are_the_entries() -> None:
    assert text({"conn_uri": "http://h", "host": "other"}) == "http://h"
    assert json.loads(text({"conn_uri": "", "host": "ü"})) == {"conn_uri": "", "host": "ü"}
    assert text({"value": "x", "more": 1}, "variable") == "x"
    assert text({"value": ""}, "config") == ""
    assert text({"value": {"a": 1}}, "variable") == '{"a": 1}'
    assert json.loads(text({"value": "x"}, "other")) == {"value": "x"}
    assert text_of({"text": "x"}, "variable") is None
    assert text_of({"value": None}, "config") is None


@pytest.mark.parametrize(
    ("entered", "kind", "before", "expected"),
    [
        ("new", "variable", {"value": "old", "owner": "me"}, {"value": "new", "owner": "me"}),
        (
            "http://new",
            "connection",
            {"conn_uri": "http://old", "owner": "me"},
            {"conn_uri": "http://new", "owner": "me"},
        ),
        ("http://new", "connection", {"host": "h", "password": "p"}, {"conn_uri": "http://new"}),
        ('{"host": "h"}', "connection", {"conn_uri": "http://old", "owner": "me"}, {"host": "h"}),
        (' {"host": "h"} ', "connection", None, {"host": "h"}),
        ('{"conn_uri": 5}', "connection", None, {"conn_uri": 5}),
        ('{"any": 1}', "other", {"more": 2}, {"any": 1}),
    ],
)
def test_keys_that_nobody_reads_stay(entered: str, kind: str, before: Any, expected: Any) -> None:
    assert object_of(Sensitive(entered), kind, before) == expected


@pytest.mark.parametrize(
    ("entered", "kind", "reason"),
    [
        ("{broken", "connection", "bad-json"),
        ('{"conn_uri": "http://h"}', "connection", "unknown-key"),
        ("[1]", "other", "not-object"),
        ("text", "other", "bad-json"),
    ],
)
def test_what_no_object_can_stand_for_is_refused(entered: str, kind: str, reason: str) -> None:
    with pytest.raises(DecodeError) as caught:
        object_of(Sensitive(entered), kind)

    assert caught.value.reason == reason


def test_a_held_object_shows_nothing_and_knows_no_order() -> None:
    held = Held({"a": "secret", "b": 1})

    assert "secret" not in f"{held!r} {held}"
    assert held == Held({"b": 1, "a": "secret"})
    assert held != Held({"a": "other", "b": 1})
    assert held != {"a": "secret", "b": 1}
