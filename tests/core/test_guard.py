from __future__ import annotations

import pytest

from secretsui.core.guard import LARGEST_BYTES, Problem, before_save
from secretsui.core.sensitive import MASK, Sensitive

SOUND = "postgres://u:p@h.example/db"


def found(text: str, kind: str = "connection", secret_id: str = "my_db", **more: object) -> list[tuple[str, str]]:
    problems = before_save(secret_id, Sensitive(text), kind, **more)  # type: ignore[arg-type]
    return [(problem.code, problem.severity) for problem in problems]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("connection", SOUND),
        ("connection", '{"conn_type": "http", "host": "h"}'),
        ("variable", "any text"),
        ("variable", '{"a": 1}'),
        ("config", "sqlite:////x.db"),
    ],
)
def test_a_sound_secret_has_no_problem(kind: str, text: str) -> None:
    assert found(text, kind) == []


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", [("blank", "error")]),
        ("  ", [("blank", "error")]),
        (f'"{SOUND}"', [("quoted", "error")]),
        (f" {SOUND}\n", [("white-space", "warning")]),
        ("http://u:p/w@h", [("cut-short", "error")]),
        ("{bad", [("bad-json", "error")]),
        ('{"host": "h"}', [("missing-type", "error")]),
        ('{"conn_type": "http", "extra": "no"}', [("bad-extra", "warning")]),  # Airflow 2.11 takes it
        ('{"conn_type": "http", "dbname": "d"}', [("unknown-key", "warning")]),
        ('{"conn_type": "http", "password": "***"}', [("mask", "error")]),
        (f"http://u:{MASK}@h", [("mask", "error")]),
        ("http://u:\ud800@h", [("not-utf8", "error")]),
    ],
)
def test_a_connection_that_airflow_cannot_use_is_stopped(text: str, problems: list[tuple[str, str]]) -> None:
    assert found(text) == problems


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", [("blank", "error")]),
        (" ", [("blank", "warning")]),
        ("'quoted'", [("quoted", "warning")]),
        ("value\n", [("white-space", "warning")]),
        ("***", [("mask", "error")]),
        ("\ud800", [("not-utf8", "error")]),
    ],
)
def test_a_variable_is_warned_of_what_its_reader_would_get(text: str, problems: list[tuple[str, str]]) -> None:
    assert found(text, "variable") == problems


def test_size_is_counted_in_bytes() -> None:
    assert found("x" * LARGEST_BYTES, "variable") == []
    assert found("ü" * (LARGEST_BYTES // 2), "variable") == []
    [problem] = before_save("v", Sensitive("ü" * (LARGEST_BYTES // 2) + "x"), "variable")
    assert problem == Problem("too-large", "error", "value", {"bytes": 65_537, "limit": 65_536})


def test_a_bad_name_stops_a_new_secret_and_only_warns_of_an_old_one() -> None:
    assert found(SOUND, secret_id="/a//b") == [("leading-slash", "error"), ("double-slash", "error")]
    assert found(SOUND, secret_id="/a//b", new=False) == [("leading-slash", "warning"), ("double-slash", "warning")]


def test_a_name_that_airflow_merely_treats_oddly_is_a_warning() -> None:
    assert found(SOUND, secret_id="team--a@b") == [("team-marker", "warning"), ("conn-id-character", "warning")]


def test_the_length_of_the_whole_name_counts() -> None:
    assert found("v", "variable", "a" * 500, name="airflow/variables/" + "a" * 500) == [("name-too-long", "error")]


def test_errors_come_first() -> None:
    assert [severity for _, severity in found("http://h:x ", secret_id="a--b")] == ["error", "warning", "warning"]


def test_problems_hold_places_and_no_content() -> None:
    problems = before_save("a", Sensitive(' {"conn_type": "http", "host": "c4nary", "c4nary": ,}'), "connection")
    assert [problem.facts for problem in problems] == [{"where": "line 1 column 52"}, {"where": "before"}]
    assert "c4nary" not in repr(problems)
