from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access import policy
from secretsui.access.models import AccessEvent, Grant, Level
from secretsui.inventory.models import SecretRecord
from tests.aws import Aws
from tests.conftest import PASSWORD, Place, confirm_password
from tests.inventory.refreshing import refresh
from tests.web.rows import put, words

BULK = "/secrets/bulk/"
NAMES = ("airflow/connections/crm", "airflow/connections/dwh")


@pytest.fixture
def listed(live_place: Place, aws: Aws) -> list[SecretRecord]:
    """Two connections in the store and in the index."""
    for name in NAMES:
        aws.create(name, tags={"team": "data", "env": "dev"})
    refresh(live_place.connections)
    return list(SecretRecord.objects.order_by("name"))


def ticked(records: list[SecretRecord], do: str, **more: object) -> dict[str, object]:
    return {"s": [str(record.pk) for record in records], "do": do, "back": "/secrets/?kind=connection", **more}


def test_deleting_asks_once_and_lists_each(as_alice: Client, listed: list[SecretRecord]) -> None:
    page = words(as_alice.post(BULK, ticked(listed, "delete")))
    assert "Delete 2 secrets" in page
    assert "crm" in page
    assert "dwh" in page
    assert "Your password" in page
    assert not AccessEvent.objects.filter(action="delete").exists()


def test_after_confirmation_each_has_its_result(
    as_alice: Client, listed: list[SecretRecord], live_place: Place, aws: Aws
) -> None:
    confirm_password(as_alice)
    aws.faults.add("DeleteSecret", "denied", name=NAMES[1])
    page = words(as_alice.post(BULK, ticked(listed, "delete", confirm="yes", days="7", sure="on")))
    assert page.count("Deletion scheduled") == 1
    assert page.count("Not done") == 1
    assert "The store refused access" in page or "refused" in page
    assert [record.status for record in SecretRecord.objects.order_by("name")] == ["deleted", "ok"]
    outcomes = AccessEvent.objects.filter(action="delete").order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["allowed", "allowed", "failed"]


@pytest.mark.parametrize("days", ["6", "31", "", "many"])
def test_the_window_has_its_bounds_and_what_was_typed_stays(
    as_alice: Client, listed: list[SecretRecord], days: str
) -> None:
    confirm_password(as_alice)
    response = as_alice.post(BULK, ticked(listed, "delete", confirm="yes", days=days, sure="on"))
    assert response.status_code == 422
    assert f'value="{days}"' in response.content.decode() or not days
    assert not AccessEvent.objects.filter(action="delete").exists()


def test_a_secret_that_was_hidden_meanwhile_has_a_result_as_well(
    as_alice: Client, listed: list[SecretRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    def hidden(*_: object) -> None:
        raise policy.NotVisible

    monkeypatch.setattr("secretsui.web.views.bulk.open_prefix", hidden)
    confirm_password(as_alice)
    sent = ticked(listed, "delete", confirm="on", days="30", sure="on")
    page = words(as_alice.post(BULK, sent))
    assert page.count("This secret is not yours to see any more.") == 2


def test_without_the_tick_nothing_is_deleted(as_alice: Client, listed: list[SecretRecord]) -> None:
    confirm_password(as_alice)
    response = as_alice.post(BULK, ticked(listed, "delete", confirm="yes", days="7"))
    assert response.status_code == 422
    assert "Tick the box to confirm." in words(response)


@pytest.mark.parametrize(("typed", "deleted"), [("", 0), ("wrong", 0), (PASSWORD, 2)])
def test_the_password_can_be_given_with_the_form(
    as_alice: Client, listed: list[SecretRecord], typed: str, deleted: int
) -> None:
    response = as_alice.post(BULK, ticked(listed, "delete", confirm="yes", days="9", sure="on", confirm_password=typed))
    assert SecretRecord.objects.filter(status="deleted").count() == deleted
    if not deleted:
        assert response.status_code == 422
        assert 'value="9"' in response.content.decode()
        assert PASSWORD not in response.content.decode()


def test_tags_are_set_and_removed_on_each(as_alice: Client, listed: list[SecretRecord]) -> None:
    confirm_password(as_alice)
    change = {"confirm": "yes", "tag1-key": "owner", "tag1-value": "maya", "remove": ["env"]}
    response = as_alice.post(BULK, ticked(listed, "tags", **change))
    assert words(response).count("Tags changed") == 2
    assert [record.tags for record in SecretRecord.objects.all()] == [{"team": "data", "owner": "maya"}] * 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "Name a tag to set, or tick one to remove."),
        ({"tag1-key": "aws:x", "tag1-value": "y"}, "Keys that start with aws: belong to AWS."),
        ({"tag3-value": "lost"}, "This value has no key."),
        ({"tag1-key": "a", "tag2-key": "a"}, "The same key stands in two rows."),
        ({"tag1-key": "owner", "remove": ["never there"]}, "never there is not one of the available choices"),
    ],
)
def test_a_bad_change_of_tags_is_refused_with_words(
    as_alice: Client, listed: list[SecretRecord], change: dict[str, Any], said: str
) -> None:
    confirm_password(as_alice)
    response = as_alice.post(BULK, ticked(listed, "tags", confirm="yes", **change))
    assert response.status_code == 422
    assert said in words(response)
    assert "tag1-value" in response.content.decode()
    assert not AccessEvent.objects.filter(action="tag").exists()


@pytest.mark.parametrize("do", ["delete", "tags"])
def test_a_reader_is_told_which_grant_is_missing(as_rita: Client, place: Place, do: str) -> None:
    response = as_rita.post(BULK, ticked(put(place.connections, "crm"), do))
    assert response.status_code == 403
    assert "It needs the grant Write on data-dev eu-west-1 airflow/connections" in words(response)


def test_what_may_not_be_written_is_left_out_and_named(as_alice: Client, place: Place, alice: User) -> None:
    Grant.objects.filter(prefix=place.variables).update(level=Level.LIST)
    records = [*put(place.connections, "crm"), *put(place.variables, "flags")]
    page = words(as_alice.post(BULK, ticked(records, "delete")))
    assert "Delete 1 secret" in page
    assert "1 secret is left out: your groups may not write it. flags" in page


def test_rows_of_others_are_not_found_among_the_ticked(as_charlie: Client, place: Place) -> None:
    response = as_charlie.post(BULK, ticked(put(place.connections, "crm"), "delete"))
    assert response.status_code == 302


def test_the_ticked_rows_are_exported(as_bob: Client, place: Place) -> None:
    crm, _dwh = put(place.connections, "crm", "dwh")
    response: Any = as_bob.post(BULK, ticked([crm], "export"))
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert [row[5] for row in rows] == ["id", "crm"]


@pytest.mark.parametrize(
    "sent",
    [{}, {"do": "delete"}, {"do": "nonsense", "s": "1"}, {"do": "delete", "s": ["x", "-1", "99999999999999999999"]}],
)
def test_nonsense_leads_back_to_the_list(as_alice: Client, place: Place, sent: dict[str, object]) -> None:
    response = as_alice.post(BULK, {"back": "https://elsewhere.example/", **sent})
    assert (response.status_code, response["Location"]) == (302, "/secrets/")


def test_it_rejects_get(as_alice: Client) -> None:
    assert as_alice.get(BULK).status_code == 405
