from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsui.core import codec, fault
from secretsui.core.codec_errors import SENTENCES
from secretsui.core.facts import Facts, facts
from secretsui.core.sensitive import Sensitive
from secretsui.core.variable import json_reading
from tests.core import strategies as some

CANARY = "c4nary7f3a"
NOTHING = [""] * 3


def known(text: str, kind: str = "connection") -> Facts:
    return facts(Sensitive(text), kind)


@pytest.mark.parametrize(
    ("text", "form", "conn_type", "endpoint"),
    [
        ("postgres://u:p@db.example:5432/crm?sslmode=require", "uri", "postgres", "db.example:5432/crm"),
        ("postgresql://u:p@db.example/crm", "uri", "postgres", "db.example/crm"),
        ("google-cloud-platform://?project=p", "uri", "google_cloud_platform", ""),
        ("redis://:p@redis.example:6379/2", "uri", "redis", "redis.example:6379/2"),
        ("http://https://u:p@api.example:8443/v1", "uri", "http", "https://api.example:8443"),
        ("mysql://u:p@[::1]:3306/s", "uri", "mysql", "[::1]:3306/s"),
        ("slackwebhook://hooks.slack.com/services/T/B/token", "uri", "slackwebhook", "hooks.slack.com"),
        ('{"conn_type": "http", "host": "https://api.example/token", "schema": "x"}', "json", "http", "https://api.example"),
        ('{"conn_type": "kafka", "host": "k1.io:9092,k2.io:9092"}', "json", "kafka", "k1.io:9092,k2.io:9092"),
        ('{"engine": "mysql", "server": "db", "port": "3306", "database": "d"}', "json", "mysql", "db:3306/d"),
        # Doubtful: none of these may show anything.
        ("aws://AKIAEXAMPLE", "uri", "aws", ""),
        ("postgres://h:5432/db", "uri", "postgres", ""),
        ("postgres://u:p@h.example/db?note=a@b", "uri", "postgres", ""),
        ("postgres://u:p@w@h.example/db", "uri", "postgres", ""),
        ("jdbc://u:p@jdbc%3Amysql%3A%2F%2Fh%2Fdb%3Fpassword%3Dp", "uri", "jdbc", ""),
        ('{"conn_type": "http", "host": "https://u:p@api.example"}', "json", "http", ""),
        ('{"conn_type": "jdbc", "host": "jdbc:mysql://h/db?password=p"}', "json", "jdbc", ""),
        ('{"conn_type": "two words", "host": "h"}', "json", "", "h"),
    ],
)  # fmt: skip
def test_type_and_endpoint_are_told_where_they_are_beyond_doubt(
    text: str, form: str, conn_type: str, endpoint: str
) -> None:
    found = known(text)
    assert (found.form, found.conn_type, found.endpoint, found.problem) == (form, conn_type, endpoint, "")


@pytest.mark.parametrize(
    ("text", "problem", "detail"),
    [
        ("", "blank", ""),
        (" \n", "blank", ""),
        ("'postgres://u:p@h/db'", "quoted", "the first and the last character"),
        ('"{}"', "quoted", "the first and the last character"),
        ('{"a": 1 "b"}', "bad-json", "line 1 column 9"),
        ("http://u:pa/ss@h", "cut-short", "the / at character 12"),
        ("http://u:pa?ss@h", "cut-short", "the ? at character 12"),
        ("http://u:p/a#ss@h/x@y", "cut-short", "the / at character 11"),
        ("http://h:x/path", "bad-port", "port"),
        ("a://b://c://d", "bad-uri", "more than two ://"),
        ('{"conn_type": "http", "port": "x"}', "bad-port", "port"),
        ('{"conn_type": "http", "extra": "no"}', "bad-extra", "extra line 1 column 1, only for servers of Airflow 3.3"),
        ("http://h?a=" + "1" * 4400, "number-too-long", "extra, only for servers of Airflow 3.3"),
        ("google_cloud_platform://?a=b", "type-underscore", "character 7"),
        ("Ask the platform team", "not-a-uri", ""),
        ("admin:hunter2", "not-a-uri", ""),
        ("//u:p@h/db", "missing-type", ""),
        ("://h", "missing-type", ""),
        ('{"host": "h"}', "missing-type", ""),
        ('{"uri": "postgres://u:p@h/db"}', "missing-type", ""),
        ("http://http://api.example", "repeated-protocol", "the host starts with the type and ://"),
        ("http://h/?url=https://y", "unescaped", "the :// at character 20"),
        ("postgres://u:12/34@h/db", "unescaped", "the @ at character 19"),
        ("postgres://u:p@h/db#rest", "unescaped", "the # at character 20"),
        ("postgres://u:p@h/d\nb", "control-character", "character 19"),
        ('{"conn_type": "http", "host": 5}', "wrong-type", "host"),
        ('{"conn_type": "http", "login": 5}', "wrong-type", "login"),
        ('{"conn_id": "my_db", "conn_type": "http"}', "conn-id-as-type", "key 1 of 2"),
        ('{"conn_type": "http", "user": "a", "login": "b"}', "two-names", "user and login, the first is used"),
        ('{"conn_type": "http", "dbname": "d", "hunter2": 1}', "unknown-key", "dbname, key 3 of 3 keys"),
    ],
)
def test_a_value_that_airflow_cannot_use_has_a_problem_and_a_place(text: str, problem: str, detail: str) -> None:
    found = known(text)
    assert (found.problem, found.detail) == (problem, detail)
    assert found.problem in fault.CODES


@pytest.mark.parametrize(
    "text",
    [
        '{"conn_type": "http", "conn_id": "my_api", "host": "h"}',
        '{"conn_type": "http", "user": "a", "login": "a"}',
        '{"conn_type": "http", "description": "d", "dbInstanceIdentifier": "x"}',
        "smtp://mail.example:25/?from=a@b.example",
        "sqlite:////data/team@site/file.db",
    ],
)
def test_what_airflow_takes_without_harm_is_no_problem(text: str) -> None:
    assert known(text).problem == ""


def test_every_reason_that_reading_can_give_is_a_listed_code() -> None:
    # The others belong to questions that no stored text can ask.
    assert set(SENTENCES) - set(fault.CODES) == {"bad-conn-id", "uri-and-fields", "bad-conn-words", "bad-request"}


def test_it_says_which_airflows_cannot_use_it() -> None:
    assert known('{"conn_type": "http", "extra": "no"}').unreadable == ["3.3"]
    assert known('{"conn_type": "http", "host": 5}').unreadable == ["2.11", "3.3", "3.3-sdk"]
    assert known("http://h:x").unreadable == ["2.11", "3.3", "3.3-sdk"]


def test_parts_are_the_fields_that_are_set_as_airflow_reads_them() -> None:
    found = known(
        '{"engine": "mysql", "user": "u", "pass": "p", "host": "h", "port": 1, "schema": "", "extra": {"a": 1}}'
    )
    revealed = {name: part.reveal() for name, part in found.parts.items() if name != "text"}
    assert revealed == {
        "conn_type": "mysql",
        "host": "h",
        "login": "u",
        "password": "p",
        "port": "1",
        "extra": '{"a": 1}',
        "extra.a": "1",
    }


def test_a_reading_that_put_things_in_the_wrong_fields_has_no_parts() -> None:
    assert list(known("'postgres://u:p@h/db'").parts) == ["text", "fields"]
    assert list(known("postgres://u:12/34@h/db").parts) == ["text", "fields"]


def test_a_fault_that_only_some_airflows_have_hides_no_other_one() -> None:
    found = known("postgres://u:p@h/d\nb?__extra__=no")
    assert (found.problem, list(found.parts)) == ("bad-extra", ["text", "fields", "@3.3"])


def test_the_dialects_that_cannot_read_a_value_are_among_its_parts() -> None:
    assert [name for name in known("http://h:x").parts if "@" in name] == ["@2.11", "@3.3", "@3.3-sdk"]


def test_the_keys_of_an_extra_are_named_only_where_they_are_names_beyond_doubt() -> None:
    assert "extra.a" in known('http://h/?__extra__={"a": "x"}').parts
    assert [name for name in known("http://h/?password=abc&def").parts if "extra" in name] == ["extra"]


def test_there_are_facts_about_json_between_any_blanks_that_its_source_strips() -> None:
    found = facts(Sensitive('\xa0{"conn_type": "http", "host": "h"}\u2003'), "connection", codec.decode)
    assert (found.form, found.conn_type, found.endpoint) == ("json", "http", "h")


def test_other_sources_read_the_same_text_in_their_own_way() -> None:
    text = Sensitive('{"engine": "mysql", "host": "h"}')
    assert facts(text, "connection", codec.decode).unreadable == list(codec.DIALECTS)


@pytest.mark.parametrize(
    ("text", "form"), [("{}", "json"), ("[1]", "json"), ("5", "text"), ("http://h", "text"), ("{{ x }}", "text")]
)
def test_a_variable_has_a_form_and_nothing_else(text: str, form: str) -> None:
    assert known(text, "variable") == Facts(form, parts={"text": Sensitive(text)})


def shown(found: Facts) -> str:
    names = list(found.parts)
    return f"{names} {found} {found.form} {found.conn_type} {found.endpoint} {found.problem} {found.detail}".lower()


# What people forget to escape in a login or password.
slips = st.lists(st.sampled_from([*some.PIECES, "12", "a", " ", "é", "."]), max_size=3).map("".join)
secrets = st.tuples(slips, slips).map(CANARY.join)


@given(
    login=secrets | st.just("") | st.just("u"),
    password=secrets,
    host=st.sampled_from(["h", "db.example", "", "[::1]", "https://h", "H%2Fp"]),
    tail=st.sampled_from(["", "/", "/db", ":5432/db", ":1/?a=b", "?a=b", "#f", ":x"]),
    conn_type=st.sampled_from(["postgres", "http", "aws", "x_y", "", "google-cloud-platform"]),
    quote=st.sampled_from(["", "", "'", '"', " "]),
    scheme_end=st.sampled_from(["://", "://", "://", ":/", ":", "//", ":///"]),
)
def test_no_userinfo_shows_however_the_uri_is_broken(
    login: str, password: str, host: str, tail: str, conn_type: str, quote: str, scheme_end: str
) -> None:
    text = f"{quote}{conn_type}{scheme_end}{login}:{password}@{host}{tail}{quote}"
    assert CANARY not in shown(known(text))


@given(extra=st.dictionaries(some.hostile, secrets, min_size=1), raw=st.booleans())
def test_no_extra_shows_in_a_uri(extra: dict[str, str], raw: bool) -> None:
    query = "&".join(f"{name}={value}" for name, value in extra.items())
    assert CANARY not in shown(
        known(f"postgres://u:p@h.example/db?{query if raw else '__extra__=' + json.dumps(extra)}")
    )


@given(
    fields=st.fixed_dictionaries(
        {name: secrets | st.lists(secrets) for name in ("login", "password", "extra", "pass", "user", "uri")}
    ),
    cut=st.integers(0, 60),
    names=st.lists(secrets, max_size=2),
)
def test_no_secret_field_of_json_shows_even_if_it_is_broken(
    fields: dict[str, object], cut: int, names: list[str]
) -> None:
    text = json.dumps({"conn_type": "http", "host": "h", **fields, **dict.fromkeys(names, 1)})
    assert CANARY not in shown(known(text))
    assert CANARY not in shown(known(text[: len(text) - cut]))


@pytest.mark.parametrize("kind", ["connection", "variable"])
@given(text=some.values)
def test_there_are_facts_about_any_text(kind: str, text: str) -> None:
    found = known(text, kind)
    said = found.parts["text"]
    assert said.reveal() == text or (kind == "variable" and json_reading(said) == json_reading(Sensitive(text)))
    assert found.problem in ("", *fault.CODES)
    assert len(found.problem) <= 40
    assert len(found.detail) <= 200
    assert len(found.endpoint) <= 512
