from __future__ import annotations

import pytest

from secretsui.core.uri_edit import edit, edit_parameters, unread

URI = " postgres://us%45r:p%2fw@Db.Example:05432/sch%65ma?a=1&a=2&b#left over "


@pytest.mark.parametrize(
    ("changes", "old", "new"),
    [
        ({}, "", ""),
        ({"conn_type": "google_cloud_platform"}, "postgres:", "google-cloud-platform:"),
        ({"login": "a@b"}, "us%45r:", "a%40b:"),
        ({"login": None}, "us%45r:", ":"),
        ({"password": "p/w"}, "p%2fw", "p%2Fw"),
        ({"password": None}, ":p%2fw@", "@"),
        ({"login": None, "password": None}, "us%45r:p%2fw@", ""),
        ({"host": "new.example"}, "Db.Example", "new.example"),
        ({"host": None}, "Db.Example", ""),
        ({"port": 1}, ":05432", ":1"),
        ({"port": None}, ":05432", ""),
        ({"schema": "a/b"}, "/sch%65ma", "/a%2Fb"),
        ({"schema": None}, "/sch%65ma", "/"),
        ({"extra": '{"c": "d"}'}, "?a=1&a=2&b", "?c=d"),
        ({"extra": '{"c": 1}'}, "?a=1&a=2&b", "?__extra__=%7B%22c%22%3A+1%7D"),
        ({"extra": None}, "?a=1&a=2&b", ""),
    ],
)
def test_only_the_changed_part_is_written_anew(changes: dict[str, object], old: str, new: str) -> None:
    assert edit(URI, changes) == URI.replace(old, new, 1)


@pytest.mark.parametrize(
    ("uri", "changes", "edited"),
    [
        ("ftp://h", {"port": 21}, "ftp://h:21"),
        ("ftp://", {"port": 21}, "ftp://@:21"),
        ("ftp://h", {"schema": "s"}, "ftp://h/s"),
        ("ftp://h", {"extra": '{"a": "b"}'}, "ftp://h/?a=b"),
        ("ftp://h?a=b", {"login": "l"}, "ftp://l@h?a=b"),
        ("ftp://h", {"password": "p"}, "ftp://:p@h"),
        ("ftp://@h", {"port": 21}, "ftp://@h:21"),
        ("ftp://u:@h", {"host": "h2"}, "ftp://u:@h2"),
        ("http://https://u:p@h/s", {"password": "q"}, "http://https://u:q@h/s"),
        ("http://https://h", {"host": "h2"}, "http://h2"),
    ],
)
def test_parts_that_were_not_there_find_their_place(uri: str, changes: dict[str, object], edited: str) -> None:
    assert edit(uri, changes) == edited


@pytest.mark.parametrize("uri", ["", "no uri", "//h", "http://[::1]/", "a_b://h"])
def test_what_is_no_everyday_uri_is_left_to_the_caller(uri: str) -> None:
    assert edit(uri, {"login": "l"}) is None


def test_a_host_with_a_protocol_is_left_to_the_caller() -> None:
    assert edit("http://h", {"host": "https://h"}) is None


@pytest.mark.parametrize(
    ("uri", "places"),
    [
        ("ftp://h/s?a=1&b=2", []),
        ("ftp://h#", []),
        ("ftp://h#x", ["what follows the # at character 8"]),
        ("ftp://h?a=1&b=2&a=3&a=4", ["parameter 1, 3 of 4, named again later"]),
        ("ftp://h?a=1&__extra__=%7B%7D", ["the parameters beside __extra__"]),
        ("ftp://h?a=1&a=2#x", ["parameter 1 of 2, named again later", "what follows the # at character 16"]),
    ],
)
def test_what_no_airflow_reads_is_named_by_its_place(uri: str, places: list[str]) -> None:
    assert unread(uri) == places


@pytest.mark.parametrize(
    ("uri", "changes", "edited"),
    [
        ("ftp://h/s?a=%31&b=2#rest ", {"b": "x y"}, "ftp://h/s?a=%31&b=x+y#rest "),
        ("ftp://h/s?a=1&b=2", {"a": None}, "ftp://h/s?b=2"),
        (" ftp://h/s?a=1", {"a": None}, " ftp://h/s"),
        ("ftp://h/?a=1", {"a": None}, "ftp://h/"),
        ("ftp://h", {"a&": "é"}, "ftp://h/?a%26=%C3%A9"),
        ("ftp://h/s", {"a": "1"}, "ftp://h/s?a=1"),
        ("ftp://h/?%61=1", {"a": "2", "b": "3"}, "ftp://h/?a=2&b=3"),
    ],
)
def test_parameters_change_one_by_one(uri: str, changes: dict[str, str | None], edited: str) -> None:
    assert edit_parameters(uri, changes) == edited


@pytest.mark.parametrize(
    ("uri", "changes"),
    [
        ("ftp://h/?a=1&a=2", {"b": "3"}),
        ("ftp://h/?__extra__=%7B%7D", {"b": "3"}),
        ("ftp://h/?a=1", {"__extra__": "{}"}),
        ("no uri", {"b": "3"}),
    ],
)
def test_parameters_that_are_not_the_extra_stay(uri: str, changes: dict[str, str | None]) -> None:
    assert edit_parameters(uri, changes) is None
