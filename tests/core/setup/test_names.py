from __future__ import annotations

from typing import Any

import pytest

from secretsui.core.setup.names import names_prefix, pattern_error, prefix_of


@pytest.mark.parametrize(
    ("store", "typed", "prefix", "notices"),
    [
        ("secrets-manager", "airflow/connections", "airflow/connections", ()),
        ("secrets-manager", " airflow/connections/ ", "airflow/connections", ("trailing",)),
        ("secrets-manager", "/airflow//connections", "airflow/connections", ("doubled", "leading")),
        ("secrets-manager", "", None, ("off",)),
        ("secrets-manager", "null", None, ("off",)),
        ("shared-account", "shared/", "shared", ("trailing",)),
        ("parameter-store", "airflow/connections/", "/airflow/connections", ("trailing", "leading-added")),
        ("parameter-store", "/airflow", "/airflow", ()),
        ("vault", "/connections/", "connections", ("trailing", "leading")),
        ("google", "airflow_connections-", "airflow_connections", ("trailing",)),
        ("azure", "airflow_connections", "airflow-connections", ("dashed",)),
    ],
)
def test_a_prefix_becomes_what_the_backend_takes(store: Any, typed: str, prefix: str | None, notices: Any) -> None:
    found = prefix_of(store, typed)
    assert (found.prefix, tuple(found.notices), found.wrong) == (prefix, notices, None)


@pytest.mark.parametrize(
    ("store", "typed", "wrong"),
    [
        ("secrets-manager", "air flow", "illegal"),
        ("secrets-manager", "airflow/*", "illegal"),
        ("secrets-manager", "//", "only-separator"),
        ("parameter-store", "aws/x", "reserved"),
        ("parameter-store", "/SSM-x", "reserved"),
        ("google", "airflow/connections", "illegal"),
        ("azure", "air.flow", "illegal"),
        ("vault", 'x" {}', "illegal"),
    ],
)
def test_a_prefix_that_no_name_can_have_is_refused(store: Any, typed: str, wrong: str) -> None:
    assert prefix_of(store, typed).wrong == wrong


@pytest.mark.parametrize(
    ("pattern", "error"),
    [("^(a|b)_", ("", 0)), ("^(a", ("invalid", 2)), ("(a+)+b", ("risky", 0)), ("a{99999999999}", ("risky", 0))],
)
def test_a_pattern_has_to_compile_and_to_end(pattern: str, error: tuple[str, int]) -> None:
    assert pattern_error(pattern) == error


def test_a_pattern_written_for_the_whole_name_is_recognised() -> None:
    assert names_prefix("^airflow/connections/snow", "airflow/connections")
    assert not names_prefix("^snow", "airflow/connections")
    assert not names_prefix("^snow", None)


@pytest.mark.parametrize(
    ("pattern", "prefix", "names_it"),
    [
        ("^airflow_db$", "airflow", False),
        ("^airflow/.*", "airflow", True),
        (r"^(airflow\/db)", "airflow", True),
        ("^team", "/team/connections", False),
        ("^airflow/connections", "airflow/connections", True),
    ],
)
def test_a_prefix_of_one_word_may_begin_an_id(pattern: str, prefix: str, names_it: bool) -> None:
    assert names_prefix(pattern, prefix) is names_it
