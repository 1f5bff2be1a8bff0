from __future__ import annotations

from dataclasses import replace

import pytest

from secretsui.core import execution_api
from secretsui.core.backends.source import Kind
from secretsui.core.connection import Connection, conceal


@pytest.mark.parametrize(
    ("kind", "secret_id", "heard"),
    [
        ("connection", "my_db", "my_db"),
        ("connection", "a\\b:(c)", "a\\b:(c)"),
        ("connection", "team/db", None),
        ("connection", "a%2Fb", None),
        ("connection", "a#b", "a"),
        ("connection", "a?b", "a"),
        ("connection", "./a", "a"),
        ("connection", "a/..", None),
        ("connection", "../connections/a", "a"),
        ("connection", "../variables/a", None),
        ("connection", "..", None),
        ("connection", "#", None),
        ("connection", "", None),
        ("connection", "keys", "keys"),
        ("variable", "team/db", "team/db"),
        ("variable", "a/../b", "b"),
        ("variable", "a%41", "aA"),
        ("variable", "é", "é"),
        ("variable", "a\nb", None),
        ("variable", "keys", None),
        ("variable", "ke%79s", None),
        ("variable", "keys/", "keys/"),
    ],
)
def test_an_id_reaches_the_server_as_the_path_of_an_address(kind: Kind, secret_id: str, heard: str | None) -> None:
    assert execution_api.heard(kind, secret_id) == heard


def test_a_task_gets_no_description() -> None:
    found = Connection(conn_type="http", host="h", login=conceal("u"), description="of the server")
    assert execution_api.delivered(found, "db") == replace(found, description=None)


@pytest.mark.parametrize(
    ("conn_id", "found"),
    [
        ("a b", Connection(conn_type="http")),
        ("db", Connection(conn_type=None)),
        ("db", Connection(conn_type="http", host=5)),
        ("db", Connection(conn_type="http", login=conceal(5))),
    ],
)
def test_what_does_not_fit_the_schema_of_the_answer_never_arrives(conn_id: str, found: Connection) -> None:
    assert execution_api.delivered(found, conn_id) is None
