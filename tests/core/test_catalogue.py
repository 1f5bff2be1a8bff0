"""The catalogue: what is found under which name, how the two layers merge, and who owns a type."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from secretsui.core import catalogue
from secretsui.core.catalogue import Field, Standard
from secretsui.core.catalogue_files import FOLDER, merge, read, read_all

SPOKEN = json.loads((FOLDER / "spoken" / "names.json").read_text())
TYPES = {each.conn_type for each in catalogue.all_types()}


def first(words: str, count: int = 1) -> list[str]:
    return [each.conn_type for each in catalogue.search(words)[:count]]


def named(conn_type: str) -> str:
    """What `near` says, "" for nothing."""
    known = catalogue.near(conn_type)
    return known.conn_type if known else ""


def write(folder: Path, name: str, types: list[dict[str, Any]], curated: list[dict[str, Any]] | None = None) -> None:
    (folder / "curated").mkdir(exist_ok=True)
    document = {"distribution": name, "version": "1.2.3", "name": name.title(), "types": types}
    (folder / f"{name}.json").write_text(json.dumps(document))
    if curated is not None:
        overlay = {"distribution": name, "types": curated}
        (folder / "curated" / f"{name}.json").write_text(json.dumps(overlay))


def test_importing_the_catalogue_reads_nothing():
    script = "from secretsui.core import catalogue as c; print(c.distributions.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


def test_a_type_is_found_as_airflow_spells_it():
    found = catalogue.find("google_cloud_platform")
    assert found
    assert (found.name, found.provider) == ("Google Cloud", "Google")
    assert found.distribution == "apache-airflow-providers-google"
    assert found.version


@pytest.mark.parametrize(
    ("written", "conn_type"),
    [("postgresql", "postgres"), ("google-cloud-platform", "google_cloud_platform"), ("postgres", "postgres")],
)
def test_a_type_is_found_as_the_scheme_of_a_uri_spells_it(written, conn_type):
    found = catalogue.find(written)
    assert found
    assert found.conn_type == conn_type


@pytest.mark.parametrize("written", ["", "Postgres", "no_such_type", "postgres ", "postgresql+psycopg2"])
def test_what_airflow_would_not_find_is_not_found(written):
    assert catalogue.find(written) is None


def test_all_types_stand_by_name():
    names = [each.name.casefold() for each in catalogue.all_types()]
    assert names == sorted(names)


@pytest.mark.parametrize(
    ("words", "conn_type"),
    [
        ("postgres", "postgres"),
        ("Postgres", "postgres"),
        ("gcp", "google_cloud_platform"),
        ("google", "google_cloud_platform"),
        ("sql server", "mssql"),
        ("server sql", "mssql"),
        ("s3", "aws"),
        ("bucket", "aws"),
        ("web services", "aws"),
        ("big query", "gcpbigquery"),
        ("k8s", "kubernetes"),
        ("slack web", "slackwebhook"),
        ("snow", "snowflake"),
        ("bleau", "tableau"),
        ("mail", "email"),
        ("postgress", "postgres"),
    ],
)
def test_search_puts_first_what_a_person_means(words, conn_type):
    assert first(words) == [conn_type]


def test_search_finds_every_cloud_that_has_buckets():
    assert {"aws", "google_cloud_platform", "wasb"} <= set(first("bucket", 20))


def test_search_wants_every_word():
    assert first("azure queue", 5) == ["azure_service_bus"]
    assert first("azure xyzzy") == []


def test_search_for_nothing_lists_all():
    assert catalogue.search("  ") == catalogue.all_types()


@pytest.mark.parametrize("conn_type", sorted(TYPES))
def test_search_puts_a_type_first_under_its_own_name(conn_type):
    assert first(conn_type) == [conn_type]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("postgress", "postgres"),
        ("mysqli", "mysql"),
        ("gcp", "google_cloud_platform"),
        ("googlecloud", "google_cloud_platform"),
        ("google cloud platform", "google_cloud_platform"),
        ("s3", "aws"),
        ("SSH", "ssh"),
        ("Postgres", "postgres"),
        ("postgresql+psycopg2", "postgres"),
        ("mssql+pyodbc", "mssql"),
        ("mongodb+srv", "mongo"),
        ("jdbc:postgresql", "jdbc"),
        ("https", "http"),
        ("azure_container_instances", "azure_container_instance"),
        ("hdfs", "webhdfs"),
        ("snowflak", "snowflake"),
    ],
)
def test_a_near_miss_names_the_type_that_is_meant(written, meant):
    assert named(written) == meant


@pytest.mark.parametrize("written", [*sorted(TYPES), "postgresql", "google-cloud-platform"])
def test_a_good_type_has_no_near_miss(written):
    assert named(written) == ""


@pytest.mark.parametrize(
    "written",
    ["", "x", "-", "🙂", "my_company", "sap_hana", "netsuite", "servicenow", "hubspot", "rabbitmq", "nats", "fivetran",
     "duckdb", "sharepoint", "twilio", "ldap", "azure_key_vault", "sqoop", "qubole", "git_ssh", "a" * 5000],
)  # fmt: skip
def test_a_type_of_somebodys_own_is_left_alone(written):
    assert named(written) == ""


def test_every_spoken_name_leads_to_a_type_and_is_none_itself():
    assert set(SPOKEN["names"].values()) - TYPES == set()
    assert {name for name in SPOKEN["names"] if catalogue.find(name)} == set()
    assert {name: named(name) for name in SPOKEN["names"]} == SPOKEN["names"]


def test_words_are_for_types_that_exist():
    assert set(SPOKEN["words"]) - TYPES == set()


def test_a_curated_field_changes_only_what_it_says():
    declared = [{"conn_type": "db", "fields": [{"name": "mode", "label": "Mode", "kind": "text", "help": "Old."}]}]
    curated = [{"conn_type": "db", "fields": [{"name": "mode", "help": "New."}, {"name": "more", "label": "More"}]}]
    assert merge(declared, curated)[0]["fields"] == [
        {"name": "mode", "label": "Mode", "kind": "text", "help": "New.", "is_curated": True},
        {"name": "more", "label": "More", "is_curated": True},
    ]


def test_a_curated_standard_field_changes_only_what_it_says():
    declared = [{"conn_type": "db", "standard": {"host": {"label": "Account", "hidden": True}}}]
    curated = [{"conn_type": "db", "standard": {"host": {"hidden": False}, "port": {"help": "Whole."}}}]
    assert merge(declared, curated)[0]["standard"] == {
        "host": {"label": "Account", "hidden": False},
        "port": {"help": "Whole."},
    }


def test_merging_leaves_both_layers_as_they_were():
    declared = [{"conn_type": "db", "standard": {"host": {"label": "A"}}, "fields": [{"name": "mode"}]}]
    curated = [{"conn_type": "db", "standard": {"host": {"label": "B"}}, "fields": [{"name": "mode", "label": "M"}]}]
    before = json.dumps([declared, curated])
    merge(declared, curated)
    assert json.dumps([declared, curated]) == before


def test_a_curated_type_may_be_new():
    assert [each["conn_type"] for each in merge([{"conn_type": "a"}], [{"conn_type": "b"}])] == ["a", "b"]


def test_a_file_becomes_a_type(tmp_path):
    field = {"name": "mode", "kind": "text", "choices": ["a", "b"], "default": "a"}
    declared = {"conn_type": "db", "hook": "its.Hook", "standard": {"host": {"label": "Account"}}, "fields": [field]}
    own = {"conn_type": "db", "needs": ["host", ["login", "extra.mode"]], "traps": ["One."], "renamed": {"old": "mode"}}
    write(tmp_path, "maker", [declared], [own])
    (db,) = read(tmp_path / "maker.json").types
    assert (db.name, db.provider, db.version, db.hook) == ("db", "Maker", "1.2.3", "its.Hook")
    assert db.standard == {"host": Standard(label="Account")}
    assert db.field("mode") == Field("mode", "mode", choices=("a", "b"), default="a")
    assert db.field("other") is None
    assert db.needs == (("host",), ("login", "extra.mode"))
    assert (db.traps, db.renamed) == (("One.",), {"old": "mode"})


def test_a_type_that_two_declare_is_the_first_ones(tmp_path):
    """As Airflow decides: the core, then the providers by name."""
    write(tmp_path, "apache-airflow-providers-zebra", [{"conn_type": "db"}, {"conn_type": "own"}])
    write(tmp_path, "apache-airflow-providers-ant", [{"conn_type": "db"}, {"conn_type": "generic"}])
    write(tmp_path, "apache-airflow", [{"conn_type": "generic"}])
    owners = {each.distribution: [one.conn_type for one in each.types] for each in read_all(tmp_path)}
    assert owners == {
        "apache-airflow": ["generic"],
        "apache-airflow-providers-ant": ["db"],
        "apache-airflow-providers-zebra": ["own"],
    }


@pytest.mark.parametrize(
    ("given", "secret"),
    [
        ({"name": "api_key"}, True),
        ({"name": "Client-Secret"}, True),
        ({"name": "proxy"}, True),
        ({"name": "region"}, False),
        ({"name": "region", "secret": True}, True),
        ({"name": "token_url", "secret": False}, False),
        ({"name": "use_token", "kind": "boolean"}, False),
        ({"name": "token_lifetime", "kind": "integer"}, False),
        ({"name": "private_key_file", "format": "path"}, False),
        ({"name": "token_kind", "choices": ["a", "b"]}, False),
        ({"name": "private_key_content", "kind": "object"}, True),
    ],
)
def test_a_field_is_secret_by_word_or_by_name(tmp_path, given, secret):
    write(tmp_path, "maker", [{"conn_type": "db", "fields": [given]}])
    (db,) = read(tmp_path / "maker.json").types
    assert [each.secret for each in db.fields] == [secret]
