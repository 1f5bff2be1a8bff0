"""What Airflow cannot read, has no type for, or does not keep: code, field, position, repair and severity of each."""

from __future__ import annotations

from typing import Any

import pytest

from secretsui.core.rules.value import Hit
from tests.core.rules.hits import as_json, hits

DEEP = '{"conn_type": "http", "extra": ' + "[" * 5000 + "]" * 5000 + "}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("http://a://b://c", Hit("bad-uri", "text", "more than two ://", repair="encode")),
        (
            "http://svc:x@https://api.example",
            Hit("bad-uri", "login", "login or port before the second ://", repair="protocol-first"),
        ),
        ("http://[broken", Hit("bad-uri", "host", "host", repair="encode")),
        ("spark://spark://h:7077", Hit("bad-uri", "login", "login or port before the second ://", repair="to-json")),
        ("http://h:port/x", Hit("bad-port", "port", "port")),
        ("http://h:65536", Hit("bad-port", "port", "port")),
        (as_json(port="x"), Hit("bad-port", "port", "port")),
        ('{"conn_type": ', Hit("bad-json", "text", "line 1 column 15")),
        (DEEP, Hit("too-deep", "text")),
        ('{"conn_type": "http", "port": ' + "9" * 5000 + "}", Hit("number-too-long", "text")),
        (as_json(password="\ud800"), Hit("not-utf8", "password", "password", severity="high")),
        (
            "http://api.example/?u=https://x",
            Hit("unescaped", "text", "the :// at character 28", repair="encode", severity="high"),
        ),
        (
            "http://http://api.example",
            Hit(
                "repeated-protocol", "text", "the host starts with the type and ://", repair="to-json", severity="high"
            ),
        ),
        *(
            (as_json(**{field: 5}), Hit("wrong-type", field, field, severity="high"))
            for field in ("host", "schema", "login", "password")
        ),
    ],
)
def test_what_airflow_cannot_read_or_reads_in_the_wrong_place(text: str, found: Hit) -> None:
    told = hits("R-29", text)
    assert (told[0].code, told[0].field, told[0].repair, told[0].severity) == (
        found.code, found.field, found.repair, found.severity,
    )  # fmt: skip
    assert told[0].where.startswith(found.where)


def test_one_place_is_told_of_once() -> None:
    assert [(each.code, each.field) for each in hits("R-29", as_json(password=5, host=6, login=7))] == [
        ("wrong-type", "password"),
        ("wrong-type", "host"),
        ("wrong-type", "login"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "http://https://svc:x@api.example",
        "http://svc:p@api.example/a@b",
        "http://api.example/#x",
        "http://svc:pa/ss@api.example",
        as_json(port="80"),
        as_json(user="a", login="b"),
        as_json(extra="[1]"),
        "no uri",
        "",
    ],
)
def test_what_can_be_read_or_is_told_of_by_another_rule(text: str) -> None:
    assert hits("R-29", text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("//svc@db.example", Hit("missing-type", "conn_type")),
        ("://db.example", Hit("missing-type", "conn_type")),
        ("db.example", Hit("not-a-uri", "conn_type")),
        ("{}", Hit("missing-type", "conn_type")),
        (as_json(""), Hit("missing-type", "conn_type")),
        ("jdbc", Hit("not-a-uri", "conn_type")),
    ],
)
def test_there_is_no_type(text: str, found: Hit) -> None:
    assert hits("R-30", text) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://",
        '"http://h',
        "'{}",
        "jdbc:mysql://h/x",
        "JDBC:sqlserver:x/y",
        "google_cloud_platform://",
        as_json(),
    ],
)
def test_there_is_a_type_or_another_rule_says_why_not(text: str) -> None:
    assert hits("R-30", text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("jdbc:mysql://db.example/crm", Hit("jdbc-address", "conn_type")),
        ("JDBC:oracle:thin:/x", Hit("jdbc-address", "conn_type")),
        (" jdbc:h2:x:y", Hit("jdbc-address", "conn_type")),
        ("mysql+pymysql://h", Hit("driver-in-type", "conn_type", facts={"meant": "mysql"})),
        *(
            (f"{name}://h", Hit("driver-in-type", "conn_type", "", {"meant": meant}, "known-type"))
            for name, meant in {
                "postgresql+psycopg2": "postgres",
                "postgres+psycopg2": "postgres",
                "mysql+mysqldb": "mysql",
                "mssql+pymssql": "mssql",
                "oracle+oracledb": "oracle",
            }.items()
        ),
        ("https://h", Hit("near-type", "conn_type", facts={"meant": "http"}, severity="medium")),
        ("mysq://h", Hit("near-type", "conn_type", facts={"meant": "mysql"}, severity="medium")),
        ("orcle://h", Hit("near-type", "conn_type", facts={"meant": "oracle"}, severity="medium")),
        ("reddis://h", Hit("near-type", "conn_type", facts={"meant": "redis"}, repair="known-type")),
        ("oraclee://h", Hit("near-type", "conn_type", facts={"meant": "oracle"}, repair="known-type")),
        (as_json("HTTP"), Hit("near-type", "conn_type", facts={"meant": "http"}, repair="known-type")),
        ("halden-erp://h", Hit("unknown-type", "conn_type", severity="low")),
    ],
)
def test_a_type_that_no_provider_has(text: str, found: Hit) -> None:
    assert hits("R-31", text) == [found]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("http://h", {}),
        ("postgresql://h", {}),
        ("jdbc://h", {}),
        ("halden-erp://h", {"known_types": frozenset({"halden_erp"})}),
        (as_json(""), {}),
        ("http://h:x", {}),
        ("no uri", {}),
        ("jdbc:", {}),
        ("my jdbc:mysql://h", {}),
    ],
)
def test_a_type_that_is_known_or_missing(text: str, known: dict[str, Any]) -> None:
    assert hits("R-31", text, **known) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # Airflow writes the protocol of the host before the login, where nobody finds it again.
        (
            "http://http%3A%2F%2Fapi.example",
            Hit("round-trip", "host", "written by Airflow 2.11", repair="to-json"),
        ),
        # Airflow cannot read again what it writes for a host that has colons before its protocol.
        (
            "http://jdbc%3Amysql%3A%2F%2Fdb.example",
            Hit("round-trip", "text", "written by Airflow 2.11", repair="to-json"),
        ),
        # A port becomes a whole number, and 0 is none.
        (as_json(port=0.5), Hit("round-trip", "port", "written by Airflow 2.11", repair="to-json")),
        ("http://h/?a=1", Hit("read-differently", "extra", severity="low")),
        ("http://h/?a=true", Hit("read-differently", "extra", severity="low")),
    ],
)
def test_a_connection_that_does_not_stay_as_it_is(text: str, found: Hit) -> None:
    assert hits("R-45", text) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "http://svc:x@h:80/s?a=b",
        "http://h/?a=x&b=",
        as_json(host="http://h", port=80, extra={"a": 1, "b": [True]}),
        # What not every Airflow can read is told of by other rules.
        as_json(extra="[1]"),
        "http://h:x",
        "http://http://h",
        '"http://h/?a=1"',
        "google_cloud_platform://h/?a=1",
        "http://h/x@y?a=1",
        "",
    ],
)
def test_a_connection_that_stays_as_it_is(text: str) -> None:
    assert hits("R-45", text) == []
