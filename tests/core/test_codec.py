from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsui.core import codec
from secretsui.core.codec import DIALECTS, CodecError, DecodeError, Dialect, EncodeError
from secretsui.core.connection import Connection, plain
from secretsui.core.sensitive import Sensitive
from tests.core import strategies as some

Read = Callable[[str, Dialect], Connection]
READERS: list[Read] = [codec.from_uri, codec.from_json, codec.decode, codec.decode_secrets_manager]
WRITERS: list[Callable[[Connection, Dialect], object]] = [codec.to_uri, codec.to_json, codec.extra_dejson]
CANARY = "c4nary"


def error_of(read: Read, text: str, dialect: Dialect) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        read(text, dialect)
    return caught.value


def outcome(use: Callable[[], object]) -> object:
    """What it returns, or the codec's own error; any other passes through."""
    try:
        return use()
    except CodecError as failure:
        return failure


def everything(read: Read, text: str, dialect: Dialect) -> list[object]:
    conn = outcome(lambda: read(text, dialect))
    if not isinstance(conn, Connection):
        return [conn]
    return [outcome(lambda write=write: write(conn, dialect)) for write in WRITERS]


@pytest.mark.parametrize("read", READERS)
@given(text=some.values, dialect=some.dialects)
def test_nothing_but_the_codecs_own_errors_comes_out(read: Read, text: str, dialect: Dialect) -> None:
    failures = [each for each in everything(read, text, dialect) if isinstance(each, CodecError)]
    # A context would carry the text into a report.
    assert [failure.__context__ for failure in failures] == [None] * len(failures)


@pytest.mark.parametrize("read", READERS)
@given(before=some.hostile, after=some.hostile, dialect=some.dialects)
def test_no_error_quotes_what_was_read(read: Read, before: str, after: str, dialect: Dialect) -> None:
    found = everything(read, f"{before}{CANARY}{after}", dialect)
    failures = [each for each in found if isinstance(each, CodecError)]
    assert CANARY not in "".join(f"{each!r} {each.args} {each.where} {each.reason}" for each in failures).lower()


@given(conn=some.sound_connections(), dialect=st.sampled_from(["2.11", "3.3-sdk"]))
def test_a_uri_brings_back_what_it_was_made_of(conn: Connection, dialect: Dialect) -> None:
    back = codec.from_uri(codec.to_uri(conn, dialect).reveal(), dialect)
    # A port or password alone makes an empty login of an absent one.
    login = back.login if conn.login or back.login else None
    expected_extra = json.loads(plain(conn.extra) or "{}")
    assert replace(back, login=login, extra=None) == replace(conn, extra=None)
    if "__extra__" not in expected_extra:  # which is the name of the parameter that holds it all
        assert json.loads(plain(back.extra) or "{}") == expected_extra


@given(conn=some.sound_connections(st.dictionaries(some.texts, st.integers(), max_size=3)), dialect=some.dialects)
def test_an_extra_that_is_not_flat_comes_back_to_the_letter(conn: Connection, dialect: Dialect) -> None:
    assert codec.from_uri(codec.to_uri(conn, dialect).reveal(), dialect).extra == conn.extra


@given(conn=some.sound_connections(some.any_extras), dialect=some.dialects)
def test_json_brings_back_what_it_was_made_of(conn: Connection, dialect: Dialect) -> None:
    text = codec.to_json(conn, dialect).reveal()
    back = codec.from_json(text, dialect)
    assert replace(back, extra=None) == replace(conn, extra=None)
    assert plain(back.extra) == plain(conn.extra)
    assert codec.to_json(back, dialect).reveal() == text


@given(conn=some.sound_connections(some.any_extras), dialect=some.dialects)
def test_the_secrets_manager_backend_reads_what_airflow_writes(conn: Connection, dialect: Dialect) -> None:
    text = codec.to_json(conn, dialect).reveal()
    assert codec.decode_secrets_manager(text, dialect) == codec.decode(text, dialect)


@pytest.mark.parametrize(
    ("text", "dialect", "airflow_class", "reason", "where"),
    [
        ("a://b://c://d", "2.11", "AirflowException", "bad-uri", "more than two ://"),
        ("http://u:p@https://h", "3.3", "AirflowException", "bad-uri", "login or port before the second ://"),
        ("http://h[", "3.3", "ValueError", "bad-uri", "host"),
        ("http://h\u2100", "3.3-sdk", "ValueError", "bad-uri", "host"),
        ("http://u:pa/ss@h", "3.3", "ValueError", "bad-port", "port"),
        ("http://h:65536", "2.11", "ValueError", "bad-port", "port"),
        ("http://h:" + "0" * 5000, "2.11", "ValueError", "bad-port", "port"),
        ("http://h/?__extra__=no", "3.3", "ValueError", "bad-extra", "extra line 1 column 1"),
        ("http://h/?__extra__=[1]", "3.3", "ValueError", "bad-extra", "extra"),
        ("http://h/?__extra__=" + "1" * 5000, "2.11", "ValueError", "number-too-long", "extra"),
        ("http://h/?a=" + "1" * 5000, "3.3", "ValueError", "number-too-long", "extra"),
        ("http://h/?a=" + "[" * 50_000, "3.3", "RecursionError", "too-deep", "extra"),
        ("http://u:\ud800@h:x", "2.11", "UnicodeEncodeError", "not-utf8", "password"),
        ("http://u:\ud800@h:x", "3.3-sdk", "ValueError", "bad-port", "port"),
        ('{"a": 1,\n "b"}', "3.3", "JSONDecodeError", "bad-json", "line 2 column 5"),
        ('{"user": "u"}', "3.3", "TypeError", "unknown-key", "key 1 of 1"),
        ('{"conn_id": "c"}', "2.11", "TypeError", "unknown-key", "conn_id"),
        ('{"team_name": "t"}', "2.11", "TypeError", "unknown-key", "key 1 of 1"),
        ('{"uri": "http://h", "host": "h"}', "3.3", "AirflowException", "uri-and-fields", ""),
        ('{"uri": "http://h", "description": null}', "3.3-sdk", "AirflowException", "uri-and-fields", ""),
        ('{"conn_type": 5}', "3.3", "TypeError", "wrong-type", "conn_type"),
        ('{"conn_type": ["-"]}', "3.3", "AttributeError", "wrong-type", "conn_type"),
        ('{"port": 1e999}', "3.3", "OverflowError", "bad-port", "port"),
        ('{"port": [1]}', "3.3", "TypeError", "bad-port", "port"),
        ('{"password": 5}', "3.3", "TypeError", "wrong-type", "password"),
        ('{"extra": "no"}', "3.3", "ValueError", "bad-extra", "extra line 1 column 1"),
        ('{"uri": 5}', "3.3", "AttributeError", "wrong-type", "uri"),
        (" \n", "3.3", "IndexError", "blank", ""),
        ("", "3.3", "", "blank", ""),
    ],
)
def test_an_error_names_airflows_class_a_reason_and_a_place(
    text: str, dialect: Dialect, airflow_class: str, reason: str, where: str
) -> None:
    failure = error_of(codec.decode, text, dialect)
    assert (failure.airflow_class, failure.reason, failure.where) == (airflow_class, reason, where)


@pytest.mark.parametrize("text", ["[]", "[1]", '"x"', "null", "5", "true"])
def test_json_that_is_no_object_is_refused(text: str) -> None:
    failure = error_of(codec.from_json, text, "3.3")
    assert failure.reason == "not-object"
    assert failure.airflow_class == ("TypeError" if text.startswith("[") else "AttributeError")


def test_white_space_around_a_stored_text_does_not_count() -> None:
    assert codec.decode(" \n http://h \t", "3.3").host == "h"
    assert codec.decode("\u00a0{}\u00a0", "3.3") == Connection()


def test_an_empty_password_is_kept_by_the_task_class_only() -> None:
    kept = {dialect: plain(codec.from_json('{"password": ""}', dialect).password) for dialect in DIALECTS}
    assert kept == {"2.11": None, "3.3": None, "3.3-sdk": ""}


def test_only_the_server_of_airflow_3_reads_parameters_as_json() -> None:
    found = {dialect: plain(codec.from_uri("http://h?n=1&t=x", dialect).extra) for dialect in DIALECTS}
    assert found == {"2.11": '{"n": "1", "t": "x"}', "3.3": '{"n": 1, "t": "x"}', "3.3-sdk": '{"n": "1", "t": "x"}'}


@pytest.mark.parametrize(
    ("conn", "dialect", "airflow_class", "where"),
    [
        (Connection(host="\ud800"), "3.3", "UnicodeEncodeError", "host"),
        (Connection(extra=Sensitive('{"a": "\\ud800"}')), "3.3", "UnicodeEncodeError", "extra"),
        (Connection(extra=Sensitive('{"a": ["\\ud800"]}')), "2.11", "UnicodeEncodeError", "extra"),
        (Connection(extra=Sensitive("no")), "3.3", "ValueError", "extra line 1 column 1"),
        (Connection(host=5), "3.3", "TypeError", "host"),
        (Connection(host=["://"]), "3.3", "AttributeError", "host"),
        (Connection(conn_type=5), "3.3", "TypeError", "conn_type"),
        (Connection(conn_type=5), "3.3-sdk", "AttributeError", "conn_type"),
        (Connection(conn_type=["a"]), "2.11", "AttributeError", "conn_type"),
        (Connection(schema=5), "3.3", "TypeError", "schema"),
    ],
)
def test_what_airflow_cannot_write_is_an_encode_error(
    conn: Connection, dialect: Dialect, airflow_class: str, where: str
) -> None:
    with pytest.raises(EncodeError) as caught:
        codec.to_uri(conn, dialect)
    assert (caught.value.airflow_class, caught.value.where) == (airflow_class, where)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"username": "u", "login": "l"}, {"login": "u"}),  # the first in the document
        ({"login": "l", "username": "u"}, {"login": "l"}),
        ({"pass": "p", "key": "k"}, {"password": "p"}),
        ({"server": "s"}, {"host": "s"}),
        ({"database": "d"}, {"schema": "d"}),
        ({"dbname": "d", "description": "x", "uri": "http://h"}, {}),
        ({"engine": "postgresql"}, {"conn_type": "postgres"}),
        ({"conn_id": "c", "conn_type": "t"}, {"conn_type": "c"}),
        ({"port": "5432", "extra": {"a": 1}}, {"port": 5432, "extra": '{"a": 1}'}),
        ({"User": "u"}, {}),
    ],
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_secrets_manager_backend_takes_other_names_and_drops_the_rest(
    found: dict[str, Any], expected: dict[str, Any], dialect: Dialect
) -> None:
    conn = codec.decode_secrets_manager(json.dumps(found), dialect)
    set_fields = {name: getattr(conn, name) for name in Connection.__slots__ if getattr(conn, name) is not None}
    assert {
        name: plain(value) if isinstance(value, Sensitive) else value for name, value in set_fields.items()
    } == expected


def test_the_secrets_manager_backend_parses_json_before_it_strips() -> None:
    assert codec.decode_secrets_manager(' \n{"host": "h"} ', "3.3").host == "h"
    assert error_of(codec.decode_secrets_manager, '\u00a0{"host": "h"}', "3.3").reason == "bad-json"


def test_extra_conn_words_add_names_and_must_name_a_field() -> None:
    words = {"user": ["account"], "host": ("node",)}
    conn = codec.decode_secrets_manager('{"account": "a", "node": "n"}', "3.3", words)
    assert (plain(conn.login), conn.host) == ("a", "n")
    with pytest.raises(DecodeError) as caught:
        codec.decode_secrets_manager("{}", "3.3", {"colour": ["c"]})
    assert caught.value.airflow_class == "KeyError"
    assert codec.decode_secrets_manager("http://h", "3.3", {"colour": ["c"]}).host == "h"  # a URI is not rebuilt


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("depth", [850, 950, 2_000, 9_000])
@pytest.mark.parametrize("write", WRITERS)
def test_deep_nesting_fails_as_our_own_error(
    write: Callable[[Connection, Dialect], object], depth: int, dialect: Dialect
) -> None:
    nested = '{"u":"\\u00e9","k":' + "[" * depth + "]" * depth + "}"
    for text in (f'{{"conn_type":"x","extra":{nested}}}', f'{{"conn_type":"x","login":{nested}}}'):
        conn = outcome(lambda text=text: codec.decode_secrets_manager(text, dialect))
        for each in (conn, Connection(conn_type="x", extra=Sensitive(nested))):
            if isinstance(each, Connection):
                failure = outcome(lambda each=each: write(each, dialect))
                assert not isinstance(failure, CodecError) or failure.reason in ("too-deep", "wrong-type")
