from __future__ import annotations

import pytest

from secretsui.core.paths import name_problems, secret_id, secret_name


@pytest.mark.parametrize(
    ("prefix", "sep", "conn_id", "name"),
    [
        ("airflow/connections", "/", "my_db", "airflow/connections/my_db"),
        ("airflow/connections//", "/", "my_db", "airflow/connections/my_db"),
        ("airflow/connections", "/", "team/my_db", "airflow/connections/team/my_db"),
        ("airflow/connections", "/", "/my_db", "airflow/connections//my_db"),
        ("", "/", "my_db", "my_db"),
        ("/", "/", "my_db", "my_db"),
        ("airflow-connections", "-", "my_db", "airflow-connections-my_db"),
        ("airflow", "", "my_db", "airflowmy_db"),
        ("a-/-", "-/", "x", "a-/x"),  # any trailing character of the separator is cut off
    ],
)
def test_an_id_and_its_name_lead_to_each_other(prefix: str, sep: str, conn_id: str, name: str) -> None:
    assert secret_name(prefix, sep, conn_id) == name
    assert secret_id(prefix, sep, name) == conn_id


@pytest.mark.parametrize(
    "name", ["airflow/variables/x", "airflow/connectionsx", "airflow/connections", "/airflow/connections/x"]
)
def test_a_name_elsewhere_has_no_id(name: str) -> None:
    assert secret_id("airflow/connections", "/", name) is None


@pytest.mark.parametrize(
    ("name", "kind", "problems"),
    [
        ("my_db", "connection", []),
        ("team/my_db.v2", "variable", []),
        ("", "connection", ["empty"]),
        ("my db", "variable", ["bad-character"]),
        ("my db", "connection", ["bad-character", "conn-id-character"]),
        ("ümlaut", "connection", ["bad-character", "conn-id-character"]),
        ("a\n", "variable", ["bad-character"]),
        ("a" * 513, "variable", ["name-too-long"]),
        ("a" * 512, "variable", []),
        ("a" * 251, "connection", ["conn-id-too-long"]),
        ("/my_db", "connection", ["leading-slash"]),
        ("/", "variable", ["leading-slash"]),
        ("my_db/", "connection", ["trailing-slash"]),
        ("a//b", "connection", ["double-slash"]),
        ("//", "variable", ["leading-slash", "trailing-slash", "double-slash"]),
        ("team--my_db", "connection", ["team-marker"]),
        ("report-abc123", "variable", ["like-an-arn"]),
        ("me@host+1=x", "connection", ["conn-id-character"]),
        ("me@host+1=x", "variable", []),
    ],
)
def test_a_name_has_all_its_problems_named(name: str, kind: str, problems: list[str]) -> None:
    assert list(name_problems(name, kind)) == problems
