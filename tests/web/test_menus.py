from __future__ import annotations

import pytest

from secretsui.inventory.models import Account, Prefix
from secretsui.inventory.selection import Filters
from secretsui.web.menus import Menu, columns, menus


@pytest.fixture
def prefixes() -> list[Prefix]:
    dev, prod = Account(pk=1, name="dev", account_id="1" * 12), Account(pk=2, name="prod")
    summary = {"records": 3, "types": {"postgres": 2, "mine": 1}, "states": {"ok": 2, "broken": 1}, "tags": {"a=b": 1}}
    return [
        Prefix(pk=1, account=dev, path="airflow/connections", kind="connection", summary=summary),
        Prefix(pk=2, account=prod, path="airflow/connections", kind="connection", summary=summary),
        Prefix(pk=3, account=prod, path="airflow/variables", kind="variable", summary={"records": 9}),
    ]


def menu(name: str, prefixes: list[Prefix], **filters: str) -> Menu:
    return next(each for each in menus(Filters(**filters), prefixes) if each.name == name)


def words(found: Menu) -> list[tuple[str, str]]:
    return [(choice.option.words, choice.option.note) for choice in found.choices]


def test_choices_and_counts_come_from_the_summaries(prefixes: list[Prefix]) -> None:
    assert words(menu("account", prefixes)) == [("dev", "1" * 12), ("prod", "")]
    assert words(menu("prefix", prefixes)) == [("airflow/connections", "6"), ("airflow/variables", "9")]
    assert words(menu("type", prefixes)) == [("Postgres", "4"), ("mine", "2")]
    assert words(menu("state", prefixes)) == [("OK", "4"), ("Airflow cannot read it", "2")]
    assert words(menu("tag", prefixes)) == [("a=b", "2")]
    assert words(menu("kind", prefixes)) == [("Connection", ""), ("Variable", "")]


def test_counts_follow_the_account_that_is_chosen(prefixes: list[Prefix]) -> None:
    assert words(menu("type", prefixes, account="dev")) == [("Postgres", "2"), ("mine", "1")]
    assert words(menu("prefix", prefixes, account="dev")) == [("airflow/connections", "3")]


def test_a_choice_keeps_the_other_filters_and_begins_at_the_first_page(prefixes: list[Prefix]) -> None:
    found = next(each for each in menus(Filters(q="x", sort="-changed", page=3), prefixes) if each.name == "kind")
    assert found.choices[0].query == "kind=connection&q=x&sort=-changed"


def test_the_choice_made_is_known_and_can_be_taken_back(prefixes: list[Prefix]) -> None:
    found = menu("type", prefixes, type="postgres", q="x")
    assert found.now is not None
    assert found.now.words == "Postgres"
    assert found.clear == "q=x"


def test_a_prefix_is_also_known_by_its_id(prefixes: list[Prefix]) -> None:
    found = menu("prefix", prefixes, prefix="3")
    assert found.now is not None
    assert found.now.words == "airflow/variables"


def test_what_is_no_choice_any_more_is_still_shown_as_chosen(prefixes: list[Prefix]) -> None:
    found = menu("type", prefixes, type="gone")
    assert found.now is not None
    assert found.now.words == "gone"


def test_a_column_turns_round_when_it_is_asked_for_again() -> None:
    heads = {str(column.label): column for column in columns(Filters())}
    assert (heads["Id and type"].order, heads["Id and type"].query) == ("ascending", "sort=-key")
    assert (heads["Changed"].order, heads["Changed"].query) == ("", "sort=-changed")
    assert heads["Endpoint"].query == ""
    newest = {str(column.label): column for column in columns(Filters(sort="-changed"))}["Changed"]
    assert (newest.order, newest.query) == ("descending", "sort=changed")
