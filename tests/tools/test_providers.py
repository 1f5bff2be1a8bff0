"""From the wheels of providers to the files of the catalogue, without a network, Airflow or the provider itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tools.wheels import INFO, make_provider, make_wheel
from tools.conn_types import __main__ as command
from tools.conn_types import declared, providers

DB = {
    "package-name": "apache-airflow-providers-db",
    "name": "DB",
    "connection-types": [
        {
            "connection-type": "db",
            "hook-class-name": "airflow.providers.db.hooks.Hook",
            "hook-name": "Database",
            "ui-field-behaviour": {
                "hidden-fields": ["port", "extra"],
                "relabeling": {"host": "Account"},
                "placeholders": {"host": "acme", "mode": "fast"},
            },
            "conn-fields": {
                "mode": {"label": "Mode", "description": "Fast or\n  safe.\n", "schema": {"type": ["string", "null"]}},
                "pin": {"label": "PIN", "schema": {"type": ["string", "null"], "format": "password", "default": ""}},
                "level": {"label": "Level", "schema": {"type": ["integer", "null"], "default": 0, "enum": [0, 1]}},
                "more": {"label": "More", "schema": {"type": ["object", "string", "null"]}},
            },
        },
        {"connection-type": "another", "hook-class-name": "airflow.providers.db.hooks.Another"},
    ],
}
DB_DOCUMENT = {
    "distribution": "apache-airflow-providers-db",
    "version": "2.0.0",
    "name": "DB",
    "types": [
        {"conn_type": "another", "hook": "airflow.providers.db.hooks.Another"},
        {
            "conn_type": "db",
            "hook": "airflow.providers.db.hooks.Hook",
            "name": "Database",
            "standard": {
                "host": {"label": "Account", "placeholder": "acme"},
                "port": {"hidden": True},
                "extra": {"hidden": True},
            },
            "fields": [
                {"name": "mode", "label": "Mode", "help": "Fast or safe.", "kind": "text", "placeholder": "fast"},
                {"name": "pin", "label": "PIN", "kind": "text", "secret": True},
                {"name": "level", "label": "Level", "kind": "integer", "choices": [0, 1], "default": 0},
                {"name": "more", "label": "More", "kind": "object"},
            ],
        },
    ],
}
PLAIN = {"package-name": "apache-airflow-providers-plain", "name": "Plain"}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A folder of wheels: an Airflow with two providers among its extras, and the providers."""
    folder = tmp_path / "index"
    folder.mkdir()
    required = [
        'Requires-Dist: apache-airflow-providers-plain>=1.0; extra == "plain"',
        'Requires-Dist: apache-airflow-providers-db[more]>=1.0; extra == "more"',
        'Requires-Dist: apache-airflow-providers-db>=1.0; extra == "db"',
        'Requires-Dist: something-else; extra == "else"',
    ]
    make_wheel(folder, "apache-airflow", providers.AIRFLOW, {}, *required)
    make_provider(folder, "plain", PLAIN)
    make_provider(folder, "db", DB, version="1.0.0")
    make_provider(folder, "db", DB)
    return folder


@pytest.fixture
def at_home(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The command, working on folders of its own; answers the folder of the data files."""
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(index))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setattr(command, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(command, "FOLDER", tmp_path / "files")
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def test_each_provider_becomes_a_file(at_home):
    assert command.main(["generate"]) == 0
    files = {path.stem: json.loads(path.read_text()) for path in at_home.glob("*.json")}
    assert sorted(files) == ["apache-airflow", "apache-airflow-providers-db", "apache-airflow-providers-plain"]
    assert files["apache-airflow-providers-db"] == DB_DOCUMENT
    assert files["apache-airflow-providers-plain"]["types"] == []
    assert [each["conn_type"] for each in files["apache-airflow"]["types"]] == ["email", "generic"]


def test_a_second_run_changes_nothing(at_home, capsys):
    command.main(["generate"])
    first = {path: path.read_bytes() for path in at_home.glob("*.json")}
    capsys.readouterr()
    assert command.main(["generate", "--check"]) == 0
    assert command.main(["generate"]) == 0
    assert capsys.readouterr().out == ""
    assert {path: path.read_bytes() for path in at_home.glob("*.json")} == first


def test_the_check_tells_what_would_change_and_writes_nothing(at_home, capsys):
    command.main(["generate"])
    capsys.readouterr()
    (at_home / "apache-airflow-providers-db.json").write_text("{}")
    (at_home / "apache-airflow-providers-plain.json").unlink()
    (at_home / "apache-airflow-providers-old.json").write_text("{}")
    assert command.main(["generate", "--check"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert sorted(told) == [
        "changed: apache-airflow-providers-db.json",
        "gone: apache-airflow-providers-old.json",
        "new: apache-airflow-providers-plain.json",
    ]
    assert (at_home / "apache-airflow-providers-db.json").read_text() == "{}"
    assert not (at_home / "apache-airflow-providers-plain.json").exists()


def test_a_provider_that_is_no_extra_any_more_loses_its_file(at_home):
    (at_home / "apache-airflow-providers-old.json").write_text("{}")
    command.main(["generate"])
    assert not (at_home / "apache-airflow-providers-old.json").exists()


def test_the_provider_is_not_imported(at_home, index):
    broken = {
        "airflow/__init__.py": "raise SystemExit(7)",
        "airflow/providers/db/__init__.py": "raise SystemExit(7)",
        INFO.format(short="db"): f"def get_provider_info():\n    return {DB!r}\n",
    }
    make_wheel(index, "apache-airflow-providers-db", "3.0.0", broken)
    assert command.main(["generate"]) == 0
    found = json.loads((at_home / "apache-airflow-providers-db.json").read_text())
    assert found == {**DB_DOCUMENT, "version": "3.0.0"}


def test_a_provider_that_says_nothing_stops_the_command(at_home, index, capsys):
    make_wheel(index, "apache-airflow-providers-db", "3.0.0", {INFO.format(short="db"): "import no_such_module\n"})
    assert command.main(["generate"]) == 2
    assert "apache-airflow-providers-db does not say what it declares: ModuleNotFoundError" in capsys.readouterr().err
    assert [*at_home.iterdir()] == []


def test_a_package_that_cannot_be_had_stops_the_command(at_home, index, capsys):
    next(index.glob("apache_airflow_providers_plain*")).unlink()
    assert command.main(["generate"]) == 2
    assert "apache-airflow-providers-plain" in capsys.readouterr().err
    assert [*at_home.iterdir()] == []


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({}, "text"),
        ({"type": "string"}, "text"),
        ({"type": ["string", "null"]}, "text"),
        ({"type": ["null", "boolean"]}, "boolean"),
        ({"type": "array"}, "list"),
        ({"type": ["string", "object"]}, "object"),
        ({"type": "number"}, "number"),
    ],
)
def test_the_kind_of_a_field_is_that_of_its_schema(schema, kind):
    assert declared.kind(schema) == kind
