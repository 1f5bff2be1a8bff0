"""What is special in a URI, to the position and the repair."""

from __future__ import annotations

import pytest

from secretsui.core.rules.value import Hit
from tests.core.rules.hits import as_json, hits


@pytest.mark.parametrize(
    ("text", "sign", "code", "field", "severity"),
    [
        ("postgres://svc:pa/ss@db.example/crm", "/", "cut-short", "password", None),
        ("postgres://svc:pa#ss@db.example/crm", "#", "cut-short", "password", None),
        ("postgres://svc:pa?ss@db.example/crm", "?", "cut-short", "password", None),
        # The type may have digits, and the host a protocol of its own.
        ("s3://key:a/b@", "/", "cut-short", "password", None),
        ("http://https://svc:pa/ss@api.example", "/", "cut-short", "password", None),
        ("http://[sv/c@db.example", "/", "cut-short", "login", None),
        # Airflow can read these, though not as they were meant.
        ("postgres://svc:12#34@db.example", "#", "unescaped", "password", None),
        ("postgres://svc#x:y@db.example", "#", "unescaped", "login", None),
        ("postgres://db.example/crm#old", "#", "unescaped", "text", "high"),
        ("postgres://svc:sample@#old", "#", "unescaped", "text", "high"),
        ("postgres://db.example/a@b#", "@", "unescaped", "login", None),
        ("postgres://svc:sample@db.example/crm#@", "#", "unescaped", "password", None),
        ("postgres://sv?:x@db.example", "?", "cut-short", "login", None),
        ("postgres://sv?c@db.example", "?", "cut-short", "login", None),
        ("postgres://svc:p@a?ss@db.example/crm", "?", "cut-short", "password", None),
    ],
)
def test_a_delimiter_that_was_not_encoded(text: str, sign: str, code: str, field: str, severity: str | None) -> None:
    start = text.rindex("://") + 3
    at = text.index(sign, start) + 1
    found = hits("R-24", text)
    assert found[0] == Hit(code, field, f"the {sign} at character {at}", repair="encode", severity=severity)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "postgres://svc:sample@db.example:5432/crm?sslmode=require",
        "http://h.example/v1?x@y",
        "http://h.example?a=b@c.example",
        "http://h.example?a&b@c.example",
        "http://[sv/c",
        # These are of another rule, or of none: there is no type before them.
        "http://api.example/?url=https://other.example",
        "svc:?pass@db.example",
        as_json(password="pa/ss@#?"),
    ],
)
def test_no_delimiter_is_out_of_place(text: str) -> None:
    assert hits("R-24", text) == []


@pytest.mark.parametrize(
    ("text", "field"),
    [("http://svc:caf%E9@api.example", "password"), ("http://caf%E9:sample@api.example", "login")],
)
def test_a_percent_sign_that_was_not_encoded(text: str, field: str) -> None:
    assert hits("R-24", text) == [Hit("unescaped", field, "a % sign", severity="high")]


@pytest.mark.parametrize(
    "text",
    [
        "http://svc:a%EF%BF%BDb@api.example",
        "http://svc:a%ef%bf%bdb@api.example",
        "http://svc:sample@api.example/caf%E9",
        as_json(login="a\ufffdb", password="a\ufffdb"),
    ],
)
def test_a_replacement_character_that_is_meant(text: str) -> None:
    assert hits("R-24", text) == []


@pytest.mark.parametrize(
    ("text", "at"), [("google_cloud_platform://", 7), ("azure-data_lake://svc:a_b@h_x.example", 11)]
)
def test_an_underscore_in_the_type(text: str, at: int) -> None:
    assert hits("R-27", text) == [Hit("type-underscore", "conn_type", f"character {at}", repair="hyphenate")]


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("http://svc:one+two@api.example", "low"),
        ("http://svc:one+two%21@api.example/a+b", None),
        ("http://https://svc@api.example/v+1", "low"),
        ("http://api.example/v+1?note=%21", "low"),
        ("http://api.example/v+1#%21", "low"),
    ],
)
def test_a_plus_sign_before_the_parameters(text: str, severity: str | None) -> None:
    where = f"character {text.index('+') + 1}"
    assert hits("R-28", text) == [Hit("plus-sign", where=where, severity=severity)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "mysql+pymysql://svc:sample@db.example",
        "http://api.example/v1?note=one+two",
        "http://api.example/v1#one+two",
        "http://svc:p/a+b@api.example",
        "one+two",
        as_json(password="one+two"),
    ],
)
def test_a_plus_sign_that_stands_where_it_may_or_where_nothing_can_be_read(text: str) -> None:
    assert hits("R-28", text) == []


@pytest.mark.parametrize(
    "text",
    [
        "snowflake://svc:sample@HX1.eu/RAW",
        "snowflake://HX1.eu:443",
        "snowflake://svc@HX1%2Deu?role=x",
        "http://https://Api.example",
        "http://Api.example#x",
    ],
)
def test_capitals_that_a_host_loses(text: str) -> None:
    assert hits("R-44", text) == [Hit("capitals", "host", repair="to-json")]


@pytest.mark.parametrize(
    "text",
    [
        "snowflake://SVC:Sample@hx1.eu/RAW",
        "http://[2001:DB8::1]:80",
        "jdbc://jdbc%3AOracle%3A%2F%2FDb",
        "http:///Path",
        "http://svc:Pa/ss@api.example",
        as_json(host="HX1.eu"),
    ],
)
def test_a_host_that_stays_as_it_is(text: str) -> None:
    assert hits("R-44", text) == []
