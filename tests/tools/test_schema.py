"""Every data file of the catalogue keeps to the schema, and the schema sees each kind of mistake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from secretsui.core import catalogue
from secretsui.core.catalogue_files import FOLDER
from tools.conn_types import schema

DECLARED = sorted(path.stem for path in FOLDER.glob("*.json"))
CURATED = sorted(path.stem for path in FOLDER.glob("curated/*.json"))
NAME = "apache-airflow-providers-db"
MODE = {"name": "mode", "label": "Mode", "kind": "text"}
SOUND: dict[str, Any] = {
    "conn_type": "db",
    "hook": "its.Hook",
    "name": "Database",
    "standard": {"host": {"label": "Account", "hidden": False}},
    "fields": [MODE, {"name": "retries", "label": "Retries", "kind": "integer", "minimum": 1, "default": 3}],
    "needs": ["host", ["login", "extra.mode"]],
    "exclusive": [["mode", "retries"]],
    "renamed": {"extra__db__mode": "mode", "gone": ""},
    "example": {"host": "db.example", "login": "svc", "port": 5432, "extra": {"retries": 5, "other": [1]}},
    "docs": "https://airflow.apache.org/docs/",
    "traps": ["The host is the account. Leave the scheme out."],
}


def mistakes(folder: Path, declared: Any, curated: Any = None) -> list[str]:
    document = {"distribution": NAME, "version": "1.0.0", "name": "DB", "types": declared}
    (folder / f"{NAME}.json").write_text(json.dumps(document))
    if curated is not None:
        (folder / "curated").mkdir()
        (folder / "curated" / f"{NAME}.json").write_text(json.dumps({"distribution": NAME, "types": curated}))
    return [mistake.split(": ", 1)[1] for mistake in schema.mistakes(NAME, folder)]


def test_airflow_names_as_many_distributions_as_have_a_file():
    providers = [name for name in DECLARED if name.startswith("apache-airflow-providers-")]
    assert len(providers) == 101
    assert set(DECLARED) - set(providers) == {"apache-airflow"}
    assert set(CURATED) - set(DECLARED) == set()


def test_the_providers_declare_as_much_as_was_counted():
    documents = [json.loads((FOLDER / f"{name}.json").read_text()) for name in DECLARED if name != "apache-airflow"]
    types = [each for document in documents for each in document["types"]]
    assert sum(bool(document["types"]) for document in documents) == 88
    assert len(types) == 140
    assert sum(bool(each.get("fields")) for each in types) == 68
    assert len(catalogue.all_types()) == 142


@pytest.mark.parametrize("name", sorted({*DECLARED, *CURATED}))
def test_every_file_keeps_to_the_schema(name):
    assert schema.mistakes(name) == []


@pytest.mark.parametrize("conn_type", catalogue.all_types(), ids=lambda each: each.conn_type)
def test_every_type_is_described_and_every_field_explained(conn_type):
    assert conn_type.docs
    assert conn_type.traps
    assert [each.name for each in conn_type.fields if not each.help] == []


@pytest.mark.parametrize("path", [*FOLDER.glob("*.json"), *FOLDER.glob("curated/*.json")], ids=lambda path: path.stem)
def test_every_file_ends_in_one_newline_and_has_no_tab(path):
    text = path.read_text()
    assert text.endswith("}\n")
    assert "\t" not in text


def test_a_sound_type_has_no_mistake(tmp_path):
    assert mistakes(tmp_path, [SOUND]) == []


def test_a_sound_overlay_has_no_mistake(tmp_path):
    assert mistakes(tmp_path, [SOUND], [{"conn_type": "db", "fields": [{"name": "mode", "help": ""}]}]) == []


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"colour": "red"}, "db: colour is unknown"),
        ({"fields": {}}, "db: fields has the wrong type"),
        ({"name": ""}, "db: name is empty"),
        ({"conn_type": "My-DB"}, "My-DB: conn_type is no lower-case name"),
        ({"standard": {"user": {}}}, "db: standard.user is no field of Airflow"),
        ({"standard": {"host": {"hidden": "yes"}}}, "db: standard.host: hidden has the wrong type"),
        ({"standard": {"host": {"title": "x"}}}, "db: standard.host: title is unknown"),
        ({"fields": [MODE, MODE]}, "db: the field mode stands twice"),
        ({"fields": ["mode"]}, "db: field ? is no object"),
        ({"fields": [{"label": "Mode"}]}, "db: field ?: name is missing"),
        ({"fields": [{**MODE, "minimum": True}]}, "db: field mode: minimum has the wrong type"),
        ({"fields": [{**MODE, "secret": 1}]}, "db: field mode: secret has the wrong type"),
        ({"fields": [{**MODE, "label": ""}]}, "db: field mode: label is empty"),
        ({"needs": [1]}, "db: needs has an entry that is no list of names"),
        ({"exclusive": ["mode"]}, "db: exclusive has an entry that is no list of names"),
        ({"renamed": {"old": None}}, "db: renamed.old leads to no name"),
        ({"traps": ["half a sentence"]}, "db: a trap is no sentence"),
        ({"traps": ["Long. " * 100]}, "db: a trap is longer than 400 characters"),
    ],
)
def test_a_mistake_in_one_file_is_told(tmp_path, change, mistake):
    assert [each for each in mistakes(tmp_path, [{**SOUND, **change}]) if each.startswith(mistake)]


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"name": " Database"}, "name has a space at an end"),
        ({"docs": "http://db.example/"}, "docs is no https address"),
        ({"fields": [{**MODE, "label": " "}]}, "field mode: label is blank"),
        ({"fields": [{**MODE, "kind": "string"}]}, "field mode: kind string is none of text, "),
        ({"fields": [{**MODE, "format": "password"}]}, "field mode: format password is none of multiline, "),
        ({"fields": [{**MODE, "kind": "integer", "format": "url"}]}, "field mode: format is for text, not for integer"),
        ({"fields": [{**MODE, "kind": "boolean", "choices": [True]}]}, "field mode: choices are not for boolean"),
        ({"fields": [{**MODE, "minimum": 1}]}, "field mode: minimum and maximum are not for text"),
        ({"fields": [{**MODE, "kind": "list", "pattern": "a"}]}, "field mode: pattern and lengths are not for list"),
        ({"fields": [{**MODE, "min_length": 3, "max_length": 2}]}, "field mode: the least is more than the most"),
        ({"fields": [{**MODE, "pattern": "("}]}, "field mode: pattern is no regular expression"),
        ({"fields": [{**MODE, "default": 1}]}, "field mode: default or a choice is no text"),
        ({"fields": [{**MODE, "choices": ["a", 1]}]}, "field mode: default or a choice is no text"),
        ({"fields": [{**MODE, "choices": ["a"], "default": "b"}]}, "field mode: default does not fit the field itself"),
        ({"needs": ["extra.moed"]}, "needs extra.moed, which is neither"),
        ({"needs": ["mode"]}, "needs mode, which is neither"),
        ({"exclusive": [["mode", "moed"]]}, "exclusive has moed, which is no typed field"),
        ({"exclusive": [["mode"]]}, "exclusive has a group of fewer than two names"),
        ({"renamed": {"mode": "retries"}}, "renamed has mode, which is a typed field today"),
        ({"renamed": {"old": "new"}}, "renamed leads to new, which is no typed field"),
        ({"example": {"host": "h", "login": "l", "user": "x"}}, "example has user, which is no field of Airflow"),
        ({"example": {"host": "h", "login": "l", "port": "5432"}}, "example.port is no port"),
        ({"example": {"host": "h", "login": 5}}, "example.login is no text"),
        ({"example": {"host": "h", "login": "l", "extra": "{}"}}, "example.extra is no object"),
        ({"example": {"host": "h", "login": "l", "password": "tiger"}}, "example.password does not say sample"),
        (
            {
                "fields": [{**MODE, "secret": True}],
                "exclusive": [],
                "example": {"host": "h", "login": "l", "extra": {"mode": "tiger"}},
            },
            "example.extra.mode does not say sample",
        ),
        ({"standard": {"host": {"hidden": True}}}, "needs host, which it hides"),
        ({"standard": {"port": {"hidden": True}}}, "example has port, which the type hides"),
        ({"example": {"login": "l"}}, "example lacks host, which the type needs"),
        ({"example": {"host": "h"}}, "example lacks login or extra.mode, which the type needs"),
        ({"example": {"host": "h", "extra": {"mode": 1}}}, "example.extra.mode does not fit its field: no text"),
        (
            {"example": {"host": "h", "login": "l", "extra": {"retries": 0}}},
            "example.extra.retries does not fit its field: out-of-range",
        ),
        (
            {"example": {"host": "h", "extra": {"mode": "a", "retries": 1}}},
            "example sets more than one of mode, retries",
        ),
        ({"example": {"host": "h", "login": "l", "extra": {"gone": 1}}}, "example.extra.gone has been renamed"),
    ],
)
def test_a_mistake_in_a_type_is_told(tmp_path, change, mistake):
    assert [each for each in mistakes(tmp_path, [{**SOUND, **change}]) if each.startswith(f"db: {mistake}")]


def test_a_type_that_stands_twice_is_told(tmp_path):
    assert mistakes(tmp_path, [SOUND, SOUND]) == ["the type db stands twice"]


def test_a_curated_type_that_the_provider_does_not_have_is_told(tmp_path):
    assert mistakes(tmp_path, [SOUND], [{"conn_type": "bd"}]) == ["bd: the provider has no such type"]


def test_an_overlay_without_its_provider_is_told(tmp_path):
    (tmp_path / "curated").mkdir()
    (tmp_path / "curated" / f"{NAME}.json").write_text(json.dumps({"distribution": NAME, "types": []}))
    assert "there is none" in schema.mistakes(NAME, tmp_path)[0]


def test_a_file_that_names_another_distribution_is_told(tmp_path):
    document = {"distribution": "other", "version": "1", "name": "DB", "types": []}
    (tmp_path / f"{NAME}.json").write_text(json.dumps(document))
    assert schema.mistakes(NAME, tmp_path) == [f"{NAME}.json: distribution is other, not the name of the file"]


def test_a_file_that_is_no_json_is_told(tmp_path):
    (tmp_path / f"{NAME}.json").write_text("{")
    assert schema.mistakes(NAME, tmp_path)[0].startswith(f"{NAME}.json: no JSON: ")
