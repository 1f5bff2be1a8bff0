"""Each repair by itself: what it makes of a text or a field, to the byte, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from secretsui.core.rules import repairs
from secretsui.core.rules.repairs import NoRepair
from secretsui.core.sensitive import Sensitive
from tests.core.rules.hits import as_json

BODY = "QUJD" * 16 + "REVG"
START, END = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"
PEM = f"{START}\n{'QUJD' * 16}\nREVG\n{END}"


def applied(repair: str, text: str, field: str = "text") -> str:
    return repairs.apply(repair, Sensitive(text), field).reveal()


def refused(repair: str, text: str, field: str = "text") -> str:
    with pytest.raises(NoRepair) as found:
        repairs.apply(repair, Sensitive(text), field)
    return str(found.value)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("'a'", "a"),
        ('"a\\nb"', "a\nb"),
        ('" a "', " a "),
        ("“http://h”", "http://h"),
        ("'http://h", "http://h"),
        ("' http://h '\n", " http://h "),
        ("« http://h »", "http://h"),
    ],
)
def test_unquote(text: str, mended: str) -> None:
    assert applied("unquote", text) == mended


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("a_b://svc:x_y@h_z/c_d", "a-b://svc:x_y@h_z/c_d"),
        (" a_b_c://h", " a-b-c://h"),
        ("a://b_c://h", "a://b_c://h"),
        ("a_b", "a_b"),
    ],
)
def test_hyphenate(text: str, mended: str) -> None:
    assert applied("hyphenate", text) == mended


def test_protocol_first() -> None:
    assert applied("protocol-first", " http://svc:x@https://h:80/p?a=b ") == "http://https://svc:x@h:80/p?a=b"
    for text in ("http://svc:x@h", "http://svc:x@https://h/a@b", "http://h/svc@https://h"):
        assert refused("protocol-first", text) == "The login and the protocol do not stand side by side."


@pytest.mark.parametrize(
    ("uri", "fields"),
    [
        ("http://svc:x@Api.Example:80/v1?a=b", {"host": "Api.Example", "login": "svc", "password": "x", "schema": "v1"}
         | {"port": 80, "extra": {"a": "b"}}),
        ("http://https://Api.Example", {"host": "https://Api.Example"}),
        ("http://http://api.example", {"host": "http://api.example"}),
        ("HTTP://http://api.example", {"host": "HTTP://api.example"}),
        ("http://http://svc@api.example:80?a=b", {"host": "http://api.example", "login": "svc", "port": 80}
         | {"extra": {"a": "b"}}),
        ("http://Http%3A%2F%2FApi.example", {"host": "Http://Api.example"}),
        ("http://caf%C3%89.example", {"host": "cafÉ.example"}),
        ("http://", {}),
    ],
)  # fmt: skip
def test_to_json(uri: str, fields: dict[str, Any]) -> None:
    assert json.loads(applied("to-json", uri)) == {"conn_type": "http", **fields}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http://http://api.example/v1", "What follows the host could be a part of it."),
        ("http://h/?a=1", "The Airflow versions read different things from it."),
        ("http://h:x", "Not every Airflow reads it."),
        ("google_cloud_platform://h", "Not every Airflow reads it."),
        (as_json(), "Not every Airflow reads it."),
        ("no uri", "Not every Airflow reads it."),
    ],
)
def test_to_json_where_it_is_not_clear_what_was_meant(text: str, why: str) -> None:
    assert refused("to-json", text) == why


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ('{"engine": "x", "dbname":"y" , "note": 1}', '{"conn_type": "x", "schema":"y" , "note": 1}'),
        ('{"conn_id": "a", "conn_type": "x", "user": "b"}', '{"conn_id": "a", "conn_type": "x", "login": "b"}'),
        ('{"pwd": "a", "hostname": "b", "type": "c"}', '{"password": "a", "host": "b", "conn_type": "c"}'),
        ('{"db": 1, "db": 2}', '{"schema": 1, "schema": 2}'),
        ('{"conn_type": "x"}', '{"conn_type": "x"}'),
    ],
)
def test_rename_keys(text: str, mended: str) -> None:
    assert applied("rename-keys", text) == mended


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"user": "a", "login": "b"}', "Two keys stand for the same field."),
        ('{"db": "a", "dbname": "a"}', "Two keys stand for the same field."),
        ("http://h", "This is no JSON object."),
        ("[1]", "This is no JSON object."),
    ],
)
def test_rename_keys_where_a_field_would_be_there_twice(text: str, why: str) -> None:
    assert refused("rename-keys", text) == why


OLD = {"extra__snowflake__account": "hx1", "role": "r"}


def test_rename_extras() -> None:
    assert applied("rename-extras", as_json("snowflake", extra=OLD)) == as_json(
        "snowflake", extra={"account": "hx1", "role": "r"}
    )
    spelled = as_json("snowflake", extra=json.dumps(OLD))
    assert json.loads(json.loads(applied("rename-extras", spelled))["extra"]) == {"account": "hx1", "role": "r"}
    uri = "snowflake://svc@h/?extra__snowflake__account=hx1&role=r"
    assert applied("rename-extras", uri) == "snowflake://svc@h/?account=hx1&role=r"
    dropped = as_json("aws", extra={"external_id": "x", "host": "h"})
    assert applied("rename-extras", dropped) == as_json("aws", extra={"external_id": "x", "endpoint_url": "h"})


@pytest.mark.parametrize(
    "extra",
    [
        {"extra__snowflake__account": "a", "account": "b"},
        {"account": "b", "extra__snowflake__account": "a"},
        {"extra__snowflake__account": "a", "extra__other__account": "b"},
    ],
)
def test_rename_extras_where_one_would_be_lost(extra: dict[str, str]) -> None:
    assert refused("rename-extras", as_json("snowflake", extra=extra)) == "Both the old and the new name are set."


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        (f"{START} {BODY} {END}", PEM),
        (f"{START}\\n{BODY}\\n{END}\\n", PEM),
        (f"{START}\\r\\n{BODY}\\r\\n{END}", PEM),
        (f"{START} {BODY} {END}\n", PEM + "\n"),
        (f"{START}{BODY}{END} {START} REVG {END}", f"{PEM}\n{START}\nREVG\n{END}"),
        (f"{START}\nas it is\n{END}", f"{START}\nas it is\n{END}"),
        ("no key", "no key"),
    ],
)
def test_newlines(text: str, mended: str) -> None:
    assert repairs.apply_to_field("newlines", text) == mended


@pytest.mark.parametrize(
    "text",
    [f"{START} REVG", f"{START} REV {END}", f"{START} a: b REVG {END}", f"{START} {END}", f"{START} RE=G {END}"],
)
def test_newlines_where_a_key_is_more_than_base64(text: str) -> None:
    with pytest.raises(NoRepair, match=r"^The block is more than a key in base64, or a part of it is missing\.$"):
        repairs.apply_to_field("newlines", text)


@pytest.mark.parametrize("text", ["a%2Fb+c", "a/b", "a b%2F", "100%"])
def test_decode_where_it_is_not_encoded_throughout(text: str) -> None:
    with pytest.raises(NoRepair, match=r"^It is not percent-encoded throughout, or a \+ might be a space\.$"):
        repairs.apply_to_field("decode", text)


@pytest.mark.parametrize(
    ("repair", "text", "field", "mended"),
    [
        ("strip", '{"conn_type": "http","host" : " h "}', "host", '{"conn_type": "http","host" : "h"}'),
        ("strip", '{"engine": "http", "user": " u"}', "login", '{"engine": "http", "user": "u"}'),
        ("strip", "http://svc:x%0A@h", "password", "http://svc:x@h"),
        ("strip", " http://h ", "text", "http://h"),
        ("decode", as_json(password="a%2Fb"), "password", as_json(password="a/b")),
        (
            "decode",
            as_json("databricks", extra={"token": "a%2Fb", "x": "c%2Fd", "n": 1}),
            "extra.token",
            as_json("databricks", extra={"token": "a/b", "x": "c%2Fd", "n": 1}),
        ),
        (
            "decode",
            as_json("databricks", extra={"x": "c%2Fd", "y": "plain", "n": 1}),
            "extra",
            as_json("databricks", extra={"x": "c/d", "y": "plain", "n": 1}),
        ),
        ("known-type", "postgress://h", "conn_type", "postgres://h"),
        ("known-type", as_json("Postgres"), "conn_type", as_json("postgres")),
        ("to-base64", as_json(password="key"), "password", as_json(password="a2V5")),
        ("from-base64", as_json(password="a2V5"), "password", as_json(password="key")),
    ],
)
def test_a_repair_of_one_field(repair: str, text: str, field: str, mended: str) -> None:
    assert applied(repair, text, field) == mended


@pytest.mark.parametrize(
    ("repair", "text", "field", "why"),
    [
        ("strip", as_json(), "host", "The field holds no text."),
        ("decode", as_json("databricks", extra={"token": "plain"}), "extra.token", "It is not percent-encoded"),
        ("decode", as_json(password="a%2Fb"), "text", "There is no such repair."),
        ("unquoted", "'a'", "text", "There is no such repair."),
        ("strip", "http://svc: x@h:y", "password", "The field holds no text."),
        (
            "strip",
            "http://http%3A%2F%2Fapi.example%20",
            "host",
            "This part of the URI cannot be changed by itself.",
        ),
        ("known-type", "xyzzy://h", "conn_type", "There is no type like this."),
        ("from-base64", as_json(password="!"), "password", "The text is no text in base64."),
    ],
)
def test_why_a_field_is_not_repaired(repair: str, text: str, field: str, why: str) -> None:
    assert refused(repair, text, field).startswith(why)


def test_a_repair_of_the_whole_text_cannot_be_done_to_a_field_alone() -> None:
    assert repairs.apply("strip", Sensitive(" a ")).reveal() == "a"
    with pytest.raises(NoRepair, match=r"^There is no such repair\.$"):
        repairs.apply_to_field("unquote", "'a'")


def test_which_repairs_can_be_done_to_a_field_alone() -> None:
    of_fields = ("strip", "decode", "newlines", "known-type", "to-base64", "from-base64")
    of_text = ("unquote", "encode", "hyphenate", "protocol-first", "to-json", "rename-keys", "rename-extras", "no-such")
    assert all(repairs.is_of_field(name) for name in of_fields)
    assert not any(repairs.is_of_field(name) for name in of_text)
