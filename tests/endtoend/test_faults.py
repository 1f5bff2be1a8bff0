"""A refresh that fails: the screens say so and why, no record gets worse, and the next refresh heals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from secretsui.inventory.models import Refresh
from tests.aws import Aws
from tests.conftest import Place
from tests.endtoend.screens import (
    assert_before_or_newer,
    hurry,
    press_refresh,
    rows,
    screens,
    words,
)

START = "airflow/connections/"
SECRETS = 45


@dataclass(frozen=True)
class Case:
    """A fault of AWS, the end of a refresh that meets it, and what the screens must then say."""

    operation: str
    kind: str
    state: str
    sentence: str
    remedy: str
    how: dict[str, Any] = field(default_factory=dict)


LIMITED = ("The store is limiting the rate of requests.", "Wait a minute and try again.")
EXPIRED = ("The credentials of this account have expired.", "Renew the session")
BROKE = ("The connection to AWS in eu-west-1 broke.", "Try again.")
LATE = ("AWS did not answer in time in eu-west-1.", "Try again in a minute")
INTERNAL = ("AWS answered with an internal error.", "Check the network and the region, then try again.")
LISTING = ("AWS refused secretsmanager:ListSecrets.", "Allow secretsmanager:ListSecrets on")
READING = ("AWS refused secretsmanager:GetSecretValue.", "Allow secretsmanager:GetSecretValue on")

CASES = {
    "throttled list": Case("ListSecrets", "throttle", "failed", *LIMITED),
    "denied list": Case("ListSecrets", "denied", "failed", *LISTING),
    "expired token": Case("*", "expired", "failed", *EXPIRED),
    "list times out": Case("ListSecrets", "hang", "failed", *LATE, {"seconds": 0.6}),
    "list is cut": Case("ListSecrets", "drop", "failed", *BROKE),
    "list fails inside AWS": Case("ListSecrets", "internal", "failed", *INTERNAL),
    "throttled batch": Case("BatchGetSecretValue", "throttle", "partial", *LIMITED),
    "expired between list and batch": Case("BatchGetSecretValue", "expired", "partial", *EXPIRED),
    "batch times out": Case("BatchGetSecretValue", "hang", "partial", *LATE, {"seconds": 0.6}),
    "batch is cut": Case("BatchGetSecretValue", "drop", "partial", *BROKE),
    "second batch is cut": Case("BatchGetSecretValue", "drop", "partial", *BROKE, {"after": 1}),
    "one item denied": Case(
        "BatchGetSecretValue", "item", "done", *READING, {"name": f"{START}c00001", "code": "AccessDeniedException"}
    ),
    "one item undecryptable": Case(
        "BatchGetSecretValue",
        "item",
        "done",
        "The store could not decrypt the value with its KMS key.",
        "Check that the key is enabled",
        {"name": f"{START}c00001", "code": "DecryptionFailure"},
    ),
}


@pytest.fixture
def refreshed(live_place: Place, aws: Aws, as_alice: Client) -> Place:
    """An index that knows everything."""
    aws.seed(SECRETS)
    assert press_refresh(as_alice, live_place.connections).state == Refresh.State.DONE
    return live_place


def change(aws: Aws) -> None:
    """Meanwhile in AWS: new values, new tags, secrets that came and secrets that went."""
    backend = aws.backend()
    for number in range(30):
        backend.put_secret_value(
            f"{START}c{number:05}", f"mysql://u:p{number}@other.example/new", None, None, ["AWSCURRENT"]
        )
    client = aws.client()
    client.tag_resource(SecretId=f"{START}c00031", Tags=[{"Key": "team", "Value": "sales"}])
    client.delete_secret(SecretId=f"{START}c00032", RecoveryWindowInDays=7)
    client.delete_secret(SecretId=f"{START}c00033", ForceDeleteWithoutRecovery=True)
    aws.create(f"{START}new", "http://u:p@new.example")
    aws.calls.clear()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@pytest.mark.django_db
def test_a_failed_refresh_says_so_keeps_the_records_and_heals(
    refreshed: Place, aws: Aws, as_alice: Client, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    hurry(monkeypatch)
    prefix = refreshed.connections
    before = rows(prefix)
    change(aws)
    aws.faults.add(case.operation, case.kind, **case.how)
    run = press_refresh(as_alice, prefix)
    failed, pages = rows(prefix), screens(as_alice)

    aws.faults.clear()
    healed = press_refresh(as_alice, prefix)
    after = rows(prefix)
    assert (run.state, healed.state, healed.problem) == (case.state, "done", "")
    for name, page in pages.items():
        assert case.sentence in page, name
        assert case.remedy in page, name
    assert_before_or_newer(failed, before, after)
    assert f"{START}c00033" not in after
    assert after[f"{START}new"]["conn_type"] == "http"
    assert not any(row["stale"] for row in after.values())
    for name, page in screens(as_alice).items():
        assert case.sentence not in page, name


@pytest.mark.django_db
def test_a_passing_throttle_is_waited_out(refreshed: Place, aws: Aws, as_alice: Client) -> None:
    change(aws)
    aws.faults.add("ListSecrets", "throttle", times=1)
    aws.faults.add("BatchGetSecretValue", "throttle", times=1)
    run = press_refresh(as_alice, refreshed.connections)
    assert (run.state, run.problem) == ("done", "")


@pytest.mark.django_db
def test_a_refused_batch_falls_back_to_single_reads(refreshed: Place, aws: Aws, as_alice: Client) -> None:
    change(aws)
    aws.faults.add("BatchGetSecretValue", "denied")
    run = press_refresh(as_alice, refreshed.connections)
    assert (run.state, run.unreadable, run.problem) == ("done", 0, "")
    assert aws.calls.count("GetSecretValue") == 31
    assert rows(refreshed.connections)[f"{START}c00000"]["conn_type"] == "mysql"


@pytest.mark.django_db
def test_an_unreadable_secret_is_counted_listed_and_named(refreshed: Place, aws: Aws, as_alice: Client) -> None:
    change(aws)
    aws.faults.add("BatchGetSecretValue", "item", name=f"{START}c00001", code="AccessDeniedException")
    run = press_refresh(as_alice, refreshed.connections)
    assert (run.unreadable, run.read) == (1, 31)
    page = as_alice.get("/secrets/", {"state": "unreadable"}).content.decode()
    assert "c00001" in page
    assert "c00002" not in page
    assert f"1 of {SECRETS} values could not be read." in screens(as_alice)["secrets"]


@pytest.mark.parametrize("kind", ["ListSecrets", "BatchGetSecretValue"])
@pytest.mark.django_db
def test_progress_never_ends_as_if_all_were_well(refreshed: Place, aws: Aws, as_alice: Client, kind: str) -> None:
    """Whoever watches the bar is told as well, without a reload."""
    change(aws)
    aws.faults.add(kind, "expired")
    press_refresh(as_alice, refreshed.connections)
    told = words(as_alice.get("/inventory/progress/", headers={"HX-Request": "true"}).content.decode())
    assert "Refreshed, but not completely." in told
    assert all(text in told for text in EXPIRED)
    aws.faults.clear()
    press_refresh(as_alice, refreshed.connections)
    told = words(as_alice.get("/inventory/progress/", headers={"HX-Request": "true"}).content.decode())
    assert told.startswith(" Refreshed.")


@pytest.mark.django_db
def test_a_refresh_that_never_listed_anything_is_not_called_empty(
    live_place: Place, aws: Aws, as_alice: Client
) -> None:
    """Nothing is known yet, which is something else than that there is nothing."""
    aws.seed(3)
    aws.faults.add("ListSecrets", "denied")
    assert press_refresh(as_alice, live_place.connections).state == "failed"
    for name, page in screens(as_alice).items():
        assert "AWS refused secretsmanager:ListSecrets." in page, name
        assert "Nothing found in what was read" not in page


@pytest.mark.django_db
def test_an_error_on_page_57_keeps_what_was_read_and_what_was_known(
    live_place: Place, aws: Aws, as_alice: Client
) -> None:
    prefix, pages = live_place.connections, 60
    names = [f"{START}c{number:05}" for number in range(pages * 100)]
    for name in names:
        aws.create(name, None, description="as first seen")  # without a value there is none to read
    assert press_refresh(as_alice, prefix).listed == len(names)
    backend = aws.backend()
    for name in (names[0], names[5_550], names[5_999]):
        backend.secrets[name].description = "changed since"
    backend.secrets.pop(names[5_800])
    aws.faults.add("ListSecrets", "internal", after=56)

    run = press_refresh(as_alice, prefix)
    found = rows(prefix)
    assert (run.state, run.listed) == ("partial", 5_600)
    assert found.keys() == set(names)
    assert sum(row["stale"] for row in found.values()) == 400
    assert found[names[0]]["description"] == found[names[5_550]]["description"] == "changed since"
    assert found[names[5_999]]["description"] == "as first seen"
    assert all(INTERNAL[0] in page for page in screens(as_alice).values())

    aws.faults.clear()
    assert press_refresh(as_alice, prefix).state == "done"
    healed = rows(prefix)
    assert healed.keys() == set(names) - {names[5_800]}
    assert healed[names[5_999]]["description"] == "changed since"
    assert not any(row["stale"] for row in healed.values())


@pytest.mark.django_db
def test_pressing_twice_reads_once(refreshed: Place, aws: Aws, as_alice: Client, as_bob: Client) -> None:
    prefix = refreshed.connections
    runs = Refresh.objects.count()
    for client in (as_alice, as_bob, as_alice):
        assert client.post("/inventory/refresh/", {"prefix": prefix.pk}).status_code == 302
    assert Refresh.objects.count() == runs + 1


@pytest.mark.django_db
def test_a_task_that_is_delivered_twice_runs_once(refreshed: Place, aws: Aws, as_alice: Client) -> None:
    from secretsui.access.tasks import refresh_prefix

    aws.calls.clear()
    run = press_refresh(as_alice, refreshed.connections)
    calls = aws.calls.counts()
    refresh_prefix(run.pk)
    assert aws.calls.counts() == calls
    assert Refresh.objects.get(pk=run.pk).finished_at == run.finished_at
