"""What is told of each key against what the readers do with it."""

from __future__ import annotations

import json

import pytest

from secretsui.core import codec, key_fates, pasted
from secretsui.core.aliases import ALIASES
from secretsui.core.pasted import Pasted
from tests.core.test_pasted import ROTATION, fields


def fates(found: Pasted, reader: str) -> dict[str, tuple[str, str]]:
    return {each.key: (each.fates[reader].what, each.fates[reader].field) for each in found.keys}  # type: ignore[index]


def test_what_a_rotated_secret_loses_is_told() -> None:
    found = pasted.read(ROTATION)
    assert fates(found, "secrets-manager") == {
        "engine": ("renamed", "conn_type"),
        "host": ("used", "host"),
        "username": ("renamed", "login"),
        "password": ("used", "password"),
        "port": ("used", "port"),
        "dbname": ("dropped", ""),
        "dbInstanceIdentifier": ("dropped", ""),
    }
    others = fates(found, "others")
    assert others == fates(found, "vault")
    assert {key for key, fate in others.items() if fate == ("refused", "")} == {
        "engine", "username", "dbname", "dbInstanceIdentifier"
    }  # fmt: skip


def test_the_fate_of_each_key_is_what_airflow_does_with_it() -> None:
    """Each key alone: a marked value ends up in the field that is told, or in none."""
    names = [name for names in ALIASES.values() for name in names if name not in ("port", "extra")]
    for key in (*names, "description", "dbname"):
        text = json.dumps({key: "marked"})
        (fate,) = key_fates.of_object(json.loads(text), [key])
        conn = codec.decode_secrets_manager(text, "3.3")
        assert fate.fates["secrets-manager"].field == next(iter(fields(conn)), ""), key
        try:
            expected = ("used", next(iter(fields(codec.decode(text, "3.3")))))
        except codec.DecodeError:
            expected = ("refused", "")
        assert (fate.fates["others"].what, fate.fates["others"].field) == expected, key


def test_of_two_names_for_a_field_the_first_is_used() -> None:
    found = pasted.read('{"conn_type": "http", "user": "a", "login": "b", "port": 0, "uri": "", "team_name": "t"}')
    assert fates(found, "secrets-manager")["user"] == ("renamed", "login")
    assert fates(found, "secrets-manager")["login"] == ("dropped", "")
    assert fates(found, "others")["port"] == ("dropped", "")
    assert fates(found, "others")["uri"] == ("refused", "")
    assert fates(found, "others")["team_name"] == ("refused", "")


def test_a_key_that_stands_twice_is_told_twice_and_the_last_one_counts() -> None:
    found = pasted.read('{"conn_type": "http", "host": "a", "host": "b"}')
    assert [(each.key, each.fates["others"].what) for each in found.keys] == [
        ("conn_type", "used"),
        ("host", "dropped"),
        ("host", "used"),
    ]
    assert fields(found.connection)["host"] == "b"


def test_vault_reads_a_uri_under_its_key_and_nothing_beside() -> None:
    found = key_fates.of_object({"conn_uri": "http://h", "host": "x"}, ["conn_uri", "host"])
    assert [(each.fates["vault"].what, each.fates["vault"].field) for each in found] == [
        ("used", "uri"),
        ("dropped", ""),
    ]


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("http://h", []),
        ("http://h/?a=1&b=2", [("a", "used", "extra.a"), ("b", "used", "extra.b")]),
        ("http://h/?a=1&a=2#b=3", [("a", "dropped", ""), ("a", "used", "extra.a")]),
        ("http://h/?a=1&__extra__=%7B%7D", [("a", "dropped", ""), ("__extra__", "used", "extra")]),
    ],
)
def test_the_parameters_of_a_uri_are_told_like_keys(uri: str, expected: list[tuple[str, str, str]]) -> None:
    found = [(each.key, each.fates["vault"].what, each.fates["vault"].field) for each in pasted.read(uri).keys]
    assert found == expected
