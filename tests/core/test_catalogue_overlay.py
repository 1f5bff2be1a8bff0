from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from secretsui.core import catalogue
from secretsui.core.catalogue_overlay import MOST_FIELDS, Overlay, current, laid, merge, overlay
from secretsui.core.conn_type import ConnType, Field, Standard
from secretsui.core.secrecy import Secrecy

KNOWN = ConnType(
    "shop",
    "Shop",
    standard={"host": Standard(label="Address", help="Without a path.", secret=True), "extra": Standard(hidden=True)},
    fields=(
        Field("region", "Region", help="Where it stands.", choices=("eu", "us")),
        Field("timeout", "Timeout", kind="integer", default=30),
        Field("retries", "Retries", is_curated=True),
    ),
    docs="https://docs.example",
)


def told(name: str = "shop", **more: Any) -> Mapping[str, Any]:
    """One entry as Airflow 3 tells it."""
    return {"connection_type": name, "hook_class_name": "a.Hook", "hook_name": "Our shop", **more}


def extra(**schema: Any) -> Mapping[str, Any]:
    return {"value": "***", "schema": {"type": ["string", "null"], **schema}, "description": None, "source": None}


def test_names_labels_and_hidden_fields_are_those_of_the_airflow() -> None:
    fields = {
        "host": {"hidden": False, "title": None, "placeholder": "shop.example"},
        "port": {"hidden": True, "title": None, "placeholder": None},
        "url_schema": {"hidden": False, "title": "Database", "placeholder": None},
    }
    found = merge(KNOWN, told(standard_fields=fields))
    assert (found.name, found.hook, found.docs) == ("Our shop", "a.Hook", "https://docs.example")
    assert found.standard["host"] == Standard(placeholder="shop.example", help="Without a path.", secret=True)
    assert found.standard["port"].hidden
    assert found.standard["schema"].label == "Database"
    assert found.standard["extra"] == Standard(hidden=True)


def test_typed_extras_are_those_of_the_airflow_and_what_people_added() -> None:
    declared = {"token": extra(title="Token", format="password"), "region": extra(title="Where")}
    found = merge(KNOWN, told(extra_fields=declared))
    assert [each.name for each in found.fields] == ["token", "region", "retries"]
    token, region, _ = found.fields
    assert (token.label, token.secret, token.default) == ("Token", True, None)
    assert (region.label, region.help, region.choices) == ("Where", "Where it stands.", ("eu", "us"))


def test_a_field_of_another_kind_is_none_of_ours() -> None:
    changed = merge(KNOWN, told(extra_fields={"timeout": extra(), "region": extra(type=["boolean", "null"])}))
    assert [(each.name, each.kind) for each in changed.fields[:2]] == [("timeout", "text"), ("region", "boolean")]
    assert changed.fields[0].default is None
    assert changed.fields[1].choices == ()


def test_a_name_that_sounds_secret_is_hidden_whatever_its_form() -> None:
    found = overlay("prod", [told("odd", extra_fields={"api_key": extra()})], {}).types["odd"]
    assert found.fields[0].secret
    with laid(Overlay("prod", {"odd": found})):
        assert Secrecy.of("odd").hides_extra("api_key")


@pytest.mark.parametrize(
    "meta",
    [
        {},
        {"connection_type": None},
        {"connection_type": "two words"},
        {"connection_type": "x" * 101},
        {"connection_type": ["shop"]},
    ],
)
def test_what_is_no_type_is_passed_over(meta: Mapping[str, Any]) -> None:
    assert overlay("prod", [meta], {}).types == {}


def test_whatever_stands_in_a_description_a_form_can_be_drawn_from_it() -> None:
    odd = {
        "hook_name": "Our\n\x00shop " + "x" * 5000,
        "standard_fields": {"host": "no", "port": {"title": 5, "hidden": "yes"}},
        "extra_fields": {
            "fine": "no",
            "<b>": extra(),
            "": extra(),
            "n": {"schema": {"type": "integer", "enum": "no", "pattern": "(a+)+$"}},
            "many": {"schema": {"type": 7, "enum": [*range(5000), {}, None]}, "description": 4},
            **{f"f{number}": extra() for number in range(MOST_FIELDS)},
        },
    }
    found = merge(KNOWN, told(**odd))
    assert found.name.startswith("Our shop x")
    assert len(found.name) <= 300
    assert not found.standard["port"].hidden
    assert [each.name for each in found.fields[:3]] == ["fine", "n", "many"]
    assert len(found.fields) == MOST_FIELDS + 1
    assert (found.fields[1].kind, found.fields[1].pattern, found.fields[1].choices) == ("integer", "", ())
    assert len(found.fields[2].choices) == 200


def test_the_first_of_two_descriptions_counts() -> None:
    found = overlay("prod", [told(hook_name="One"), told(hook_name="Two")], {"shop": KNOWN})
    assert found.types["shop"].name == "One"
    assert found.types["shop"].docs == KNOWN.docs


def test_the_catalogue_is_as_the_airflow_has_it_only_within() -> None:
    ours = overlay("prod", [told("shop"), told("postgres", hook_name="Elephant")], catalogue.by_type())
    with laid(ours):
        assert current() is ours
        names = {each.conn_type: each.name for each in catalogue.offered_types()}
        assert (names["shop"], names["postgres"]) == ("Our shop", "Elephant")
        assert catalogue.find("postgresql") is ours.types["postgres"]
        assert [each.conn_type for each in catalogue.search("our shop")] == ["shop"]
        assert ours.types["shop"] in catalogue.search("")
        with laid(None):
            assert catalogue.find("shop") is None
    assert current() is None
    assert catalogue.find("shop") is None
    assert catalogue.offered_types() == catalogue.all_types()


def test_what_people_added_to_postgres_stays_in_its_form() -> None:
    found = overlay("prod", [told("postgres")], catalogue.by_type()).types["postgres"]
    assert found.field("sslmode")
