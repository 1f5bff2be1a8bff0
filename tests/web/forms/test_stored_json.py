from __future__ import annotations

import json

import pytest

from secretsui.core.connection import Connection
from secretsui.core.sensitive import Sensitive
from secretsui.web.forms import stored_json


@pytest.mark.parametrize("text", ["", "[]", "x", '{"a": 1, "a": 2}', '{"a": {"b": 1, "b": 2}}', "{", '"a"', "{" * 9999])
def test_only_an_object_of_unique_keys_is_loaded(text: str) -> None:
    assert stored_json.load(text) is None


def test_indentation_is_kept() -> None:
    assert stored_json.edit('{\n\t"host": "a"\n}', {"host": "b"}) == '{\n\t"host": "b"\n}'
    assert stored_json.edit('{"host": "a"}', {"host": "b"}) == '{"host": "b"}'


def test_ignored_keys_are_those_behind_the_first_of_a_name_and_the_unknown() -> None:
    text = '{"user": 1, "login": 2, "conn_type": "x", "dbname": 3, "extra": {}}'
    assert stored_json.ignored(text) == ["login", "dbname"]


def test_unset_fields_are_left_out() -> None:
    conn = Connection(conn_type="ftp", host="", login=Sensitive(""), password=None, port=21)
    assert stored_json.write(conn) == '{"conn_type": "ftp", "port": 21}'


def test_what_is_no_object_is_not_edited() -> None:
    with pytest.raises(ValueError, match="not an object"):
        stored_json.edit("[]", {"host": "b"})


def test_an_extra_is_changed_key_by_key() -> None:
    text = '{"extra": {"n": 1e400, "m": 1.10, "gone": [1,2]}, "conn_type": "ftp"}'
    edited = stored_json.edit(text, {"extra": '{"n": 1e400, "m": 2, "new": "é"}'})
    assert edited == '{"extra": {"n": 1e400, "m": 2, "new": "\\u00e9"}, "conn_type": "ftp"}'


@pytest.mark.parametrize(
    "text",
    [
        '{"extra": "{\\"a\\": 1}"}',
        '{"extra": {"a": 1, "a": 2}}',
        '{"extra": {"a": 1}, "extra": {"a": 2}}',
        '{"extra": {}}',
    ],
)
def test_an_extra_that_cannot_be_changed_like_that_is_written_anew(text: str) -> None:
    assert json.loads(stored_json.edit(text, {"extra": '{"b": 2}'})) == {"extra": {"b": 2}}


def test_a_difference_names_the_keys_that_change() -> None:
    was = Sensitive('{"same": 1, "other": 1, "gone": 1}')
    assert stored_json.difference(was, '{"same": 1, "other": 1.0, "new": 2}') == {"other": 1.0, "gone": None, "new": 2}
    assert stored_json.difference(None, '{"a": 1}') == {"a": 1}
    assert stored_json.difference(was, None) == {"same": None, "other": None, "gone": None}
    assert stored_json.difference(was, "no object") is None
