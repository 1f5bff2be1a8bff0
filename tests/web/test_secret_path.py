from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsui.web.secret_path import SecretPath

path = SecretPath()


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("airflow/connections/crm", "airflow/connections/crm"),
        ("a/-/edit", "a/~-/edit"),
        ("-", "~-"),
        ("a//b", "a/~/b"),
        ("/a/", "~/a/~"),
        ("a/../b/.", "a/~../b/~."),
        ("~a/~", "~~a/~~"),
        ("a-/-b", "a-/-b"),
        ("-\n", "-\n"),
        ("a/-\n", "a/-\n"),
    ],
)
def test_names_that_a_url_would_bend_travel_with_a_mark(name: str, url: str) -> None:
    assert path.to_url(name) == url
    assert path.to_python(url) == name
    assert re.fullmatch(SecretPath.regex, url)


@given(st.text(alphabet="a-./~_+=@\n", max_size=12))
def test_every_name_comes_back_and_never_reads_as_an_action(name: str) -> None:
    url = path.to_url(name)
    assert path.to_python(url) == name
    assert re.fullmatch(SecretPath.regex, url)
    assert not {"", ".", "..", "-"} & set(url.split("/"))


@pytest.mark.parametrize("url", ["a/-/edit", "-/edit", "a/-", "-"])
def test_an_action_is_no_name(url: str) -> None:
    assert not re.fullmatch(SecretPath.regex, url)
