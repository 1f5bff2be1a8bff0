from __future__ import annotations

from typing import Any

import pytest

from secretsui.inventory.models import Account, Prefix
from secretsui.web.forms.prefix_place import FORMS, PrefixForm

pytestmark = pytest.mark.django_db

ACCOUNT = {
    "secrets-manager": ("aws", "eu-west-1"),
    "parameter-store": ("aws", "eu-west-1"),
    "vault": ("vault", "secret"),
    "google": ("google", "global"),
    "azure": ("azure", "global"),
}


def form(store: str, **typed: Any) -> PrefixForm:
    vendor, region = ACCOUNT[store]
    account, _ = Account.objects.get_or_create(name=vendor, vendor=vendor, region=region)
    given = {"kind": "connection", "refresh_minutes": "60", "region": region}
    return FORMS[store](given | typed, account=account)


def saved(store: str, **typed: Any) -> tuple[Prefix, list[str]]:
    bound = form(store, **typed)
    assert bound.is_valid(), bound.errors
    return bound.save(), bound.notices


def test_parameters_get_their_leading_slash_and_are_told_of_it() -> None:
    prefix, notices = saved("parameter-store", path="airflow/connections/", kms_key_id="alias/data")
    assert (prefix.path, prefix.sep, prefix.store_kind) == ("/airflow/connections", "/", "parameter-store")
    assert prefix.options == {"kms_key_id": "alias/data"}
    assert prefix.address == "eu-west-1~parameters"
    assert any("A / was put in front" in each for each in notices)


def test_a_leading_slash_of_parameters_is_right_and_no_words_are_made_of_it() -> None:
    assert saved("parameter-store", path="/airflow/connections")[1] == []


def test_both_stores_of_one_account_may_have_the_same_path() -> None:
    saved("secrets-manager", path="/airflow/x", sep="/")
    saved("parameter-store", path="/airflow/x")
    assert "there already" in str(form("parameter-store", path="/airflow/x").errors["path"])


@pytest.mark.parametrize(("kv", "options"), [("", {}), ("1", {"kv": 1}), ("2", {"kv": 2})])
def test_a_prefix_of_vault_names_mount_and_engine(kv: str, options: dict[str, int]) -> None:
    prefix, _ = saved("vault", path="/connections/", region="team/kv", kv=kv)
    assert (prefix.path, prefix.region, prefix.address, prefix.options) == (
        "connections",
        "team/kv",
        "team~kv",
        options,
    )


def test_a_prefix_of_vault_may_be_the_whole_mount() -> None:
    prefix, _ = saved("vault", path="")
    assert prefix.start == ""


def test_names_of_google_keep_what_stands_between() -> None:
    prefix, notices = saved("google", path="airflow-connections-", sep="-")
    assert (prefix.path, prefix.region, prefix.name_of("my_db")) == (
        "airflow-connections",
        "global",
        "airflow-connections-my_db",
    )
    assert any("my_db and my-db are two ids" in each for each in notices)


def test_names_of_azure_have_no_underscore() -> None:
    prefix, notices = saved("azure", path="airflow_connections", sep="-")
    assert (prefix.path, prefix.name_of("my_db")) == ("airflow-connections", "airflow-connections-my-db")
    assert any("my_db and my-db are one secret" in each for each in notices)


@pytest.mark.parametrize(
    ("store", "typed", "field"),
    [
        ("parameter-store", {"path": ""}, "path"),
        ("parameter-store", {"path": "/"}, "path"),
        ("parameter-store", {"path": "/airflow=x"}, "path"),
        ("parameter-store", {"path": "/airflow", "kms_key_id": "no key!"}, "kms_key_id"),
        ("parameter-store", {"path": "/airflow", "region": "moon"}, "region"),
        ("vault", {"path": "x", "region": ""}, "region"),
        ("vault", {"path": "x", "region": "/secret/"}, "region"),
        ("vault", {"path": "x", "kv": "3"}, "kv"),
        ("google", {"path": "airflow/connections", "sep": "-"}, "path"),
        ("google", {"path": "airflow-connections", "sep": "/"}, "sep"),
        ("google", {"path": "", "sep": "-"}, "path"),
        ("azure", {"path": "airflow/connections", "sep": "-"}, "path"),
        ("azure", {"path": "airflow-connections", "sep": "_"}, "sep"),
    ],
)
def test_what_the_store_would_not_take_is_named(store: str, typed: dict[str, str], field: str) -> None:
    assert list(form(store, **typed).errors) == [field]


@pytest.mark.parametrize("store", ["google", "azure"])
def test_stores_without_regions_are_asked_for_none(store: str) -> None:
    assert "region" not in form(store).fields
