"""Keys of a connection as JSON, of its extra, and of an entry of Vault, to the position and the repair."""

from __future__ import annotations

import json
from typing import Any

import pytest

from secretsui.core.rules.format_json import extra_field, field_of, is_encoded, new_name
from secretsui.core.rules.value import Context, Hit, Value
from secretsui.core.sensitive import Sensitive
from tests.core.rules.hits import PARAMETER_STORE, VAULT, as_json, hits

AMAZON = "apache-airflow-providers-amazon"


def of(conn_type: str, **extra: Any) -> Value:
    return Value.of(Sensitive(as_json(conn_type, extra=extra)), "connection", Context())


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("dbname", "schema"),
        ("db", "schema"),
        ("hostname", "host"),
        ("passwd", "password"),
        ("pwd", "password"),
        ("type", "conn_type"),
        ("database", "schema"),
        ("engine", "conn_type"),
        ("user_name", "login"),
        ("remote_host", "host"),
        ("key", "password"),
        ("port", "port"),
        ("description", ""),
        ("User", ""),
    ],
)
def test_the_field_that_a_key_was_meant_to_be(name: str, field: str) -> None:
    assert field_of(name) == field


@pytest.mark.parametrize(
    ("text", "field", "where", "severity"),
    [
        (as_json(note="x"), "text", "key 2 of 2 keys", "medium"),
        (as_json(dbname="crm"), "schema", "dbname of 2 keys", "high"),
        (as_json(dbname="crm", schema="crm"), "schema", "dbname of 3 keys", "medium"),
        (as_json(db="crm", hostname="h", host="h"), "schema", "db, hostname of 4 keys", "high"),
        (as_json(hostname="h", host="h", db="crm"), "host", "hostname, db of 4 keys", "high"),
        (json.dumps({"type": "http"}), "conn_type", "type of 1 keys", "high"),
    ],
)
def test_keys_that_the_backend_drops(text: str, field: str, where: str, severity: Any) -> None:
    assert hits("R-32", text) == [Hit("unknown-key", field, where, repair="rename-keys", severity=severity)]


def test_another_backend_refuses_the_whole_for_a_key() -> None:
    [found] = hits("R-32", as_json(note="x"), backend=PARAMETER_STORE)
    assert (found.code, found.field, found.severity) == ("unknown-key", "text", "high")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (as_json(user="a", login="b"), Hit("two-names", "login", "user and login, the first is used")),
        (as_json(database="a", schema="b"), Hit("two-names", "schema", "database and schema, the first is used")),
        (json.dumps({"conn_id": "a", "host": "h"}), Hit("conn-id-as-type", "conn_type", "key 1 of 2")),
        (json.dumps({"host": "h", "conn_id": "a"}), Hit("conn-id-as-type", "conn_type", "key 2 of 2")),
    ],
)
def test_a_key_that_is_taken_for_another(text: str, found: Hit) -> None:
    assert hits("R-32", text) == [found]


@pytest.mark.parametrize("text", [as_json(user="a", login="a"), as_json(description="x"), as_json(conn_id="a"), "{}"])
def test_keys_that_do_no_harm(text: str) -> None:
    assert hits("R-32", text) == []


@pytest.mark.parametrize("field", ["host", "login", "password", "schema"])
def test_a_field_that_is_still_percent_encoded(field: str) -> None:
    assert hits("R-33", as_json(**{field: "a%2Fb"})) == [Hit("percent-encoded", field, repair="decode")]


@pytest.mark.parametrize(
    ("extra", "found"),
    [
        ({"note": "a%2Fb"}, ["extra"]),
        ({"proxies": "a%2Fb", "n": 1, "note": "c%2Fd"}, ["extra.proxies", "extra"]),
        ({"n": 1, "note": "50%", "list": ["a%2Fb"]}, []),
    ],
)
def test_an_extra_that_may_be_percent_encoded(extra: dict[str, Any], found: list[str]) -> None:
    assert hits("R-33", as_json(extra=extra)) == [
        Hit("percent-encoded", field, repair="decode", severity="medium") for field in found
    ]


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("a%2Fb", True),
        ("a%2fb", True),
        ("a/b%40", True),
        ("one+two%2F", True),
        ("one%20two%2F", True),
        ("a b%2F", False),
        ("100%", False),
        ("%41", False),
        ("a%2Fb%", False),
        ("a%2Gb", False),
        ("plain", False),
    ],
)
def test_what_an_encoder_made_is_encoded_throughout(text: str, encoded: bool) -> None:
    assert is_encoded(text) is encoded


@pytest.mark.parametrize(
    ("version", "wanted", "count"),
    [
        ("8.29.0", True, 0),
        ("8.29.0", False, 1),
        ("8.29.0", None, 1),
        ("9.0.0", True, 1),
        ("9", True, 1),
        (None, True, 1),
    ],
)
def test_an_old_provider_decodes_where_it_is_told_to(version: str | None, wanted: bool | None, count: int) -> None:
    known = {
        "backend_kwargs": None if wanted is None else {"are_secret_values_urlencoded": wanted},
        "provider_versions": None if version is None else {AMAZON: version},
    }
    assert len(hits("R-33", as_json(password="a%2Fb"), **known)) == count


def test_an_old_provider_decodes_an_extra_only_where_it_is_text() -> None:
    known = {"backend_kwargs": {"are_secret_values_urlencoded": True}, "provider_versions": {AMAZON: "8.29.0"}}
    assert len(hits("R-33", as_json(password="a%2Fb", extra={"note": "a%2Fb"}), **known)) == 1
    assert hits("R-33", as_json(password="a%2Fb", extra='{"note": "a%2Fb"}'), **known) == []


def test_the_parameter_store_never_decoded_anything() -> None:
    known = {"backend_kwargs": {"are_secret_values_urlencoded": True}, "provider_versions": {AMAZON: "8.29.0"}}
    assert len(hits("R-33", as_json(password="a%2Fb"), **known, backend=PARAMETER_STORE)) == 1


@pytest.mark.parametrize(
    "text",
    ["http://svc:a%2Fb@api.example", "http://svc:a%252Fb@api.example", '{"password": "a%2Fb"', as_json(password="a/b")],
)
def test_what_is_no_encoded_json(text: str) -> None:
    assert hits("R-33", text) == []


@pytest.mark.parametrize("setting", ["full_url_mode", "are_secret_values_urlencoded"])
def test_each_setting_that_was_removed(setting: str) -> None:
    kwargs = {"sep": "/", setting: None}
    assert hits("R-34", as_json(), backend_kwargs=kwargs) == [Hit("removed-setting", facts={"setting": setting})]
    assert hits("R-34", as_json(), backend_kwargs=kwargs, backend=PARAMETER_STORE) == []
    assert hits("R-34", as_json(), backend_kwargs={"sep": "/"}) == hits("R-34", as_json()) == []


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("a=1&b=2&a=3", "parameter 1 of 3, named again later"),
        ("b=0&a=1&a=1&a=2&b=0", "parameter 2, 3 of 5, named again later"),
        ("&".join(f"a={number}" for number in range(6)), "parameter 1, 2, 3, 4, 5 of 6, named again later"),
        ("&".join(f"a={number}" for number in range(7)), "parameter 1, 2, 3, 4, 5 and more of 7, named again later"),
        ("a=1&a=2#b?c=1", "parameter 1 of 2, named again later"),
        ("a=1&a=2?b#c", "parameter 1 of 2, named again later"),
    ],
)
def test_a_parameter_that_stands_twice(query: str, where: str) -> None:
    assert hits("R-35", f"http://api.example/?{query}") == [Hit("duplicate-key", "extra", where)]


def test_parameters_beside_the_whole_extra_are_lost() -> None:
    lost = [Hit("parameter-beside-extra", "extra", "the parameters beside __extra__")]
    assert hits("R-35", "http://api.example/?__extra__=%7B%7D&a=b") == lost
    assert hits("R-35", "http://api.example/?a=b&__extra__=%7B%7D&a=c") == lost
    assert hits("R-35", "http://api.example/?__extra__=%7B%7D") == []


@pytest.mark.parametrize(
    "query", ["a=1&b=1", "a=x&a=x", "a=&a=", "a=1#a=2", "a=1#?a=2&a=3", "", "__extra__=%7B%7D&__extra__=%7B%7D"]
)
def test_parameters_of_which_none_is_lost(query: str) -> None:
    assert hits("R-35", f"http://api.example/?{query}") == []


@pytest.mark.parametrize(
    ("text", "field", "where"),
    [
        ('{"conn_type": "http", "host": "a", "host": "b"}', "text", "key 2 of 3, named again later"),
        ('{"conn_type": "http", "extra": {"a": 1, "b": 0, "a": 2}}', "extra", "key 1 of 3, named again later"),
        ('{"conn_type": "http", "extra": {"a": 1, "a": 2}, "host": "h"}', "extra", "key 1 of 2, named again later"),
        (
            '{"extra": {"a": 1}, "conn_type": "http", "extra": {"a": 1, "a": 2}}',
            "text",
            "key 1 of 3, named again later",
        ),
    ],
)
def test_a_key_that_stands_twice(text: str, field: str, where: str) -> None:
    assert hits("R-35", text)[0] == Hit("duplicate-key", field, where)


def test_of_two_extras_the_one_that_counts_is_looked_at() -> None:
    twice = '{"conn_type": "http", "extra": {"a": 1, "a": 2}, "extra": {"a": 3}}'
    assert [each.field for each in hits("R-35", twice)] == ["text"]


@pytest.mark.parametrize(
    "text",
    [
        '{"conn_type": "http", "host": "a", "host": "a"}',
        '{"conn_type": "http", "extra": {"a": 1, "a": 1}}',
        '{"conn_type": "http", "extra": "x", "extra": "x"}',
        '{"conn_type": "http", "note": {"a": 1, "a": 2}}',
        '{"conn_type": "http", "host": "a", "host": "b"',
    ],
)
def test_keys_of_which_none_is_lost_or_nothing_can_be_read(text: str) -> None:
    assert [each for each in hits("R-35", text) if each.code == "duplicate-key"] == []


def test_an_extra_that_is_no_object() -> None:
    [found] = hits("R-35", as_json(extra="[1]"))
    assert found[:3] == ("bad-extra", "extra", "extra, only for servers of Airflow 3.3")


@pytest.mark.parametrize(
    ("conn_type", "old", "new"),
    [
        ("snowflake", "extra__snowflake__account", "account"),
        # A hook may have dropped the key, or call it quite otherwise.
        ("aws", "external_id", ""),
        ("elasticsearch", "timeout", "request_timeout"),
        # The form of name that all providers once used.
        ("postgres", "extra__postgres__sslmode", "sslmode"),
        ("postgres", "extra__other_2__sslmode", "sslmode"),
        ("postgres", "extra__postgres__nothing", None),
        ("postgres", "x_extra__postgres__sslmode", None),
        ("postgres", "sslmode", None),
        ("http", "note", None),
        ("no_such_type", "extra__no_such_type__x", None),
    ],
)
def test_the_name_that_an_extra_has_today(conn_type: str, old: str, new: str | None) -> None:
    assert new_name(of(conn_type), old) == new


def test_extras_under_old_names() -> None:
    extra = {"note": 1, "extra__snowflake__account": "hx1", "extra__snowflake__role": "", "extra__snowflake__region": 0}
    assert hits("R-36", as_json("snowflake", extra=extra)) == [
        Hit("old-extra", "extra.extra__snowflake__account", "key 2 of 4", {"name": "account"}, "rename-extras"),
        Hit("old-extra", "extra.extra__snowflake__region", "key 4 of 4", {"name": "region"}, "rename-extras"),
    ]


def test_extras_that_nothing_reads_any_more_have_no_other_name() -> None:
    assert hits("R-36", as_json("aws", extra={"external_id": "x"})) == [
        Hit("old-extra", "extra.external_id", "key 1 of 1")
    ]


@pytest.mark.parametrize("setting", [None, ""])
def test_an_old_extra_without_a_value_does_no_harm(setting: str | None) -> None:
    assert hits("R-36", as_json("snowflake", extra={"extra__snowflake__account": setting})) == []


@pytest.mark.parametrize(
    ("conn_type", "name", "field"),
    [
        ("snowflake", "account", "extra.account"),
        ("snowflake", "extra__snowflake__account", "extra.extra__snowflake__account"),
        ("aws", "external_id", "extra.external_id"),
        ("snowflake", "hunter2", "extra"),
        ("no_such_type", "account", "extra"),
    ],
)
def test_only_extras_that_a_provider_knows_are_named(conn_type: str, name: str, field: str) -> None:
    assert extra_field(of(conn_type), name) == field


ENVELOPE = {"data": {"value": "x"}, "metadata": {"version": 1}}


@pytest.mark.parametrize(
    ("entry", "kind", "found"),
    [
        (ENVELOPE, "variable", Hit("wrong-engine", where="the entry holds data and metadata")),
        (ENVELOPE, "connection", Hit("wrong-engine", where="the entry holds data and metadata")),
        ({"data": "x", "metadata": {}}, "variable", Hit("missing-key", facts={"key": "value"})),
        ({**ENVELOPE, "more": 1}, "variable", Hit("missing-key", facts={"key": "value"})),
        ({"data": {"value": "x"}}, "variable", Hit("missing-key", facts={"key": "value"})),
        ({"conn_uri": "http://h"}, "variable", Hit("missing-key", facts={"key": "value"})),
        ({}, "config", Hit("missing-key", facts={"key": "value"})),
        ([], "config", Hit("missing-key", facts={"key": "value"})),
        ({"value": "http://h"}, "connection", Hit("missing-key", facts={"key": "conn_uri"})),
        ({}, "connection", Hit("missing-key", facts={"key": "conn_uri"})),
    ],
)
def test_an_entry_of_vault_without_what_airflow_asks_for(entry: Any, kind: str, found: Hit) -> None:
    assert hits("R-46", json.dumps(entry), kind, backend=VAULT) == [found]
    assert hits("R-46", json.dumps(entry), kind) == []


@pytest.mark.parametrize("name", ["conn_uri", "uri", "conn_type", "host", "login", "password", "schema", "extra"])
def test_an_entry_of_vault_with_any_field_is_a_connection(name: str) -> None:
    assert hits("R-46", json.dumps({name: "http://h"}), backend=VAULT) == []


@pytest.mark.parametrize("value", ["x", "", None])
def test_an_entry_of_vault_with_a_value_is_a_variable(value: str | None) -> None:
    assert hits("R-46", json.dumps({"value": value}), "variable", backend=VAULT) == []
