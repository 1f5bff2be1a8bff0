from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from secretsui.core.environment import is_exportable, variable_of, variable_of_key
from tests.core import tools
from tests.core.test_renderings import words


def test_the_name_is_the_id_in_capitals_behind_what_airflow_looks_for() -> None:
    assert variable_of("my_conn.1") == "AIRFLOW_CONN_MY_CONN.1"
    assert variable_of_key("Key") == "AIRFLOW_VAR_KEY"


@given(name=words | st.from_regex(r"[a-z_][a-z0-9_]*", fullmatch=True))
@example("a1")
def test_an_exportable_name_is_one_that_a_shell_sets(name: str) -> None:
    if is_exportable(variable_of(name)):
        assert tools.exported(f"export {variable_of(name)}=x", variable_of(name)) == "x"
    else:
        assert not re.fullmatch(r"[A-Za-z0-9_]+", name)
