"""What is particular to AWS Secrets Manager: calls, labels, binary values, replicas."""

from __future__ import annotations

import json
import threading
import uuid
from typing import Any

import pytest

from secretsui.core.sensitive import Sensitive
from secretsui.stores.aws_writing import PRIVATE
from secretsui.stores.base import (
    MUST_NOT_EXIST,
    Conflict,
    NotFound,
    StoreError,
    Throttled,
    Unavailable,
    Value,
)
from secretsui.stores.secrets_manager import SecretsManagerStore
from tests.aws import Aws

NAME = "airflow/connections/db"


@pytest.fixture
def store(aws: Aws) -> SecretsManagerStore:
    found: SecretsManagerStore = aws.store()
    return found


def write(store: SecretsManagerStore, text: str, replaces: str, token: str = "") -> str:
    return store.write(NAME, Sensitive(text), replaces=replaces, token=token)


def labels(aws: Aws) -> dict[str, list[str]]:
    versions = aws.backend().secrets[NAME].versions
    return {key: sorted(version["version_stages"]) for key, version in versions.items()}


def read(store: SecretsManagerStore, names: list[str]) -> dict[str, Value | StoreError]:
    return {name: answer for batch in store.read(names) for name, answer in batch.items()}


def test_a_list_takes_the_fewest_calls(aws: Aws, store: SecretsManagerStore) -> None:
    aws.seed(250)

    pages = list(store.list("airflow/connections/"))

    assert [len(page) for page in pages] == [100, 100, 50]
    assert store.calls == aws.calls.count("ListSecrets") == 3
    body = aws.calls.bodies("ListSecrets")[0]
    assert body["Filters"] == [{"Key": "name", "Values": ["airflow/connections/"]}]
    assert (body["MaxResults"], body["IncludePlannedDeletion"]) == (100, True)


def test_values_take_the_fewest_calls(aws: Aws, store: SecretsManagerStore) -> None:
    names = aws.seed(101)

    found = read(store, names)

    assert len(found) == 101
    assert all(isinstance(each, Value) for each in found.values())
    assert aws.calls.counts() == {"BatchGetSecretValue": 5, "GetSecretValue": 1}
    assert store.calls == 6


def test_only_what_begins_with_the_prefix_is_listed_whatever_the_service_gives(aws: Aws) -> None:
    aws.create("airflow/x")
    aws.create("airflow2")

    assert [info.name for page in aws.store().list("airflow/") for info in page] == ["airflow/x"]


def test_a_binary_value_is_its_size(aws: Aws, store: SecretsManagerStore) -> None:
    aws.create(NAME, b"\x00\x01\x02\xff")
    aws.create("other", "text")

    for value in (read(store, [NAME, "other"])[NAME], read(store, [NAME])[NAME]):
        assert isinstance(value, Value)
        assert (value.text, value.binary_size) == (None, 4)


def test_a_secret_without_a_value_says_so_and_takes_a_first_one(aws: Aws, store: SecretsManagerStore) -> None:
    aws.create(NAME, None)
    aws.create("other", "text")

    for error in (read(store, [NAME, "other"])[NAME], read(store, [NAME])[NAME]):
        assert isinstance(error, NotFound)
        assert "no value yet" in error.sentence
    assert store.describe(NAME).version_id == ""

    version = write(store, "first", replaces="")

    assert labels(aws) == {version: ["AWSCURRENT"]}


def test_no_version_is_expected_where_there_is_one(aws: Aws, store: SecretsManagerStore) -> None:
    current = aws.create(NAME, "one")

    with pytest.raises(Conflict) as caught:
        write(store, "two", replaces="")

    assert caught.value.current == current
    assert aws.value(NAME) == "one"


def test_a_write_takes_three_calls_and_leaves_no_private_label(aws: Aws, store: SecretsManagerStore) -> None:
    first = aws.create(NAME, "one")

    second = write(store, "two", replaces=first)

    assert aws.calls.operations() == ["PutSecretValue", "UpdateSecretVersionStage", "UpdateSecretVersionStage"]
    assert labels(aws) == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT"]}
    move = aws.calls.bodies("UpdateSecretVersionStage")[0]
    assert (move["RemoveFromVersionId"], move["MoveToVersionId"]) == (first, second)


def test_of_two_writers_from_one_base_exactly_one_wins_and_neither_text_is_lost(
    aws: Aws, store: SecretsManagerStore
) -> None:
    for round_number in range(5):
        base = store.describe(NAME).version_id if round_number else aws.create(NAME, "base")
        tokens = {text: str(uuid.uuid4()) for text in ("alice", "bob")}
        outcomes = race(store, base, tokens)

        (winner,) = [text for text, outcome in outcomes.items() if outcome == tokens[text]]
        (loser,) = [text for text in tokens if text != winner]
        conflict = outcomes[loser]
        assert isinstance(conflict, Conflict)
        assert conflict.current == tokens[winner]
        assert aws.value(NAME) == winner
        for text, token in tokens.items():
            assert store.read_version(NAME, token).text == Sensitive(text)
        assert not any(label.startswith(PRIVATE) for stages in labels(aws).values() for label in stages)


def race(store: SecretsManagerStore, base: str, tokens: dict[str, str]) -> dict[str, Any]:
    outcomes: dict[str, Any] = {}
    start = threading.Barrier(len(tokens))

    def save(text: str) -> None:
        start.wait()
        try:
            outcomes[text] = write(store, text, base, tokens[text])
        except StoreError as error:
            outcomes[text] = error

    threads = [threading.Thread(target=save, args=(text,)) for text in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_failure_before_the_move_leaves_the_old_value_and_the_same_token_heals(
    aws: Aws, store: SecretsManagerStore
) -> None:
    first, token = aws.create(NAME, "one"), str(uuid.uuid4())
    aws.faults.add("UpdateSecretVersionStage", "drop")
    with pytest.raises(Unavailable):
        write(store, "two", first, token)
    assert aws.value(NAME) == "one"
    aws.faults.clear()

    assert write(store, "two", first, token) == token

    assert aws.value(NAME) == "two"
    assert labels(aws) == {first: ["AWSPREVIOUS"], token: ["AWSCURRENT"]}


@pytest.mark.parametrize("operation", ["PutSecretValue", "UpdateSecretVersionStage"])
def test_a_lost_answer_makes_no_second_version(aws: Aws, store: SecretsManagerStore, operation: str) -> None:
    first = aws.create(NAME, "one")
    aws.faults.add(operation, "lost", times=1)

    second = write(store, "two", first)

    assert labels(aws) == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT"]}


def test_a_lost_answer_to_a_create_is_no_conflict(aws: Aws, store: SecretsManagerStore) -> None:
    aws.faults.add("CreateSecret", "lost", times=1)

    version = store.write(NAME, Sensitive("one"), replaces=MUST_NOT_EXIST)

    assert labels(aws) == {version: ["AWSCURRENT"]}


def test_a_label_that_cannot_be_taken_away_does_not_make_a_saved_text_look_unsaved(
    aws: Aws, store: SecretsManagerStore
) -> None:
    first = aws.create(NAME, "one")
    aws.faults.add("UpdateSecretVersionStage", "denied", after=1)

    second = write(store, "two", first)

    assert aws.value(NAME) == "two"
    assert labels(aws)[second] == ["AWSCURRENT", PRIVATE + second]


def test_labels_of_interrupted_writes_make_way_when_there_are_too_many(aws: Aws, store: SecretsManagerStore) -> None:
    first = aws.create(NAME, "one")
    client = aws.client()
    for number in range(19):
        label = f"{PRIVATE}{number}" if number % 2 else f"release-{number}"
        client.update_secret_version_stage(SecretId=NAME, VersionStage=label, MoveToVersionId=first)

    second = write(store, "two", first)

    assert labels(aws)[second] == ["AWSCURRENT"]
    assert labels(aws)[first] == sorted(["AWSPREVIOUS", *(f"release-{number}" for number in range(0, 19, 2))])


def test_the_key_description_and_tags_of_a_new_secret_are_sent(aws: Aws, store: SecretsManagerStore) -> None:
    store.write(
        NAME,
        Sensitive("one"),
        replaces=MUST_NOT_EXIST,
        description="words",
        tags={"team": "data"},
        kms_key_id="alias/mine",
    )

    info = store.describe(NAME)
    assert (info.kms_key_id, info.description, info.tags) == ("alias/mine", "words", {"team": "data"})
    store.update(NAME, kms_key_id="")
    assert store.describe(NAME).kms_key_id == ""


def test_a_description_knows_replicas_and_dates(aws: Aws, store: SecretsManagerStore) -> None:
    aws.client().create_secret(Name=NAME, SecretString="one", AddReplicaRegions=[{"Region": "us-east-1"}])

    info = store.describe(NAME)

    (replica,) = info.replicas
    assert (replica.region, replica.status) == ("us-east-1", "InSync")
    assert info.created_at is not None
    assert info.changed_at is not None
    assert info.created_at.tzname() == "UTC"
    assert aws.store(region="us-east-1").describe(NAME).primary_region == aws.region


def test_a_replicated_secret_cannot_be_deleted_and_the_sentence_says_why(aws: Aws, store: SecretsManagerStore) -> None:
    aws.client().create_secret(Name=NAME, SecretString="one", AddReplicaRegions=[{"Region": "us-east-1"}])

    with pytest.raises(StoreError, match="Replicas"):
        store.delete(NAME, recovery_days=7)


def test_a_resource_policy_is_given_as_text(aws: Aws, store: SecretsManagerStore) -> None:
    aws.create(NAME)
    assert store.resource_policy(NAME) == ""
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    aws.client().put_resource_policy(SecretId=NAME, ResourcePolicy=policy)

    assert store.resource_policy(NAME) == policy


def test_versions_come_to_the_last_page(aws: Aws, store: SecretsManagerStore) -> None:
    aws.create(NAME, "0")
    client = aws.client()
    for number in range(130):
        client.put_secret_value(SecretId=NAME, SecretString=str(number))
    aws.calls.clear()

    assert len(store.versions(NAME)) == 131
    assert aws.calls.count("ListSecretVersionIds") == 2


def test_one_denied_secret_of_a_batch_spoils_none_of_the_others(aws: Aws, store: SecretsManagerStore) -> None:
    names = aws.seed(25)
    aws.faults.add("BatchGetSecretValue", "item", name=names[3])

    found = read(store, names)

    denied = found.pop(names[3])
    assert isinstance(denied, StoreError)
    assert (denied.kind, denied.code, denied.name) == ("denied", "AccessDeniedException", names[3])
    assert denied.action == "secretsmanager:GetSecretValue"
    assert f":secret:{names[3]}-" in denied.arn
    assert all(isinstance(each, Value) for each in found.values())
    assert len(found) == 24


def test_what_the_service_leaves_out_is_asked_for_alone(aws: Aws, store: SecretsManagerStore) -> None:
    names = aws.seed(20)
    aws.faults.add("BatchGetSecretValue", "omit", name=names[7])
    aws.faults.add("GetSecretValue", "decrypt", name=names[7])

    found = read(store, names)

    error = found.pop(names[7])
    assert isinstance(error, StoreError)
    assert error.kind == "cannotdecrypt"
    assert len(found) == 19
    assert aws.calls.count("GetSecretValue") == 1


def test_a_denied_batch_is_read_one_by_one(aws: Aws, store: SecretsManagerStore) -> None:
    names = aws.seed(200)
    aws.faults.add("BatchGetSecretValue", "denied")
    aws.faults.add("GetSecretValue", "denied", name=names[5])

    found = read(store, names)

    assert getattr(found.pop(names[5]), "kind", "") == "denied"
    assert len(found) == 199
    assert all(isinstance(each, Value) for each in found.values())
    # Those that were under way learn it themselves; after that nobody asks again.
    assert aws.calls.count("BatchGetSecretValue") <= 6


def test_throttling_is_waited_out(aws: Aws, store: SecretsManagerStore) -> None:
    names = aws.seed(3)
    aws.faults.add("ListSecrets", "throttle", times=1)
    aws.faults.add("BatchGetSecretValue", "throttle", times=1)

    assert sum(len(page) for page in store.list("airflow/")) == 3
    assert all(isinstance(each, Value) for each in read(store, names).values())


def test_endless_throttling_ends_in_a_throttled_error(aws: Aws, store: SecretsManagerStore) -> None:
    aws.faults.add("ListSecrets", "throttle")

    with pytest.raises(Throttled):
        list(store.list("airflow/"))

    assert aws.calls.count("ListSecrets") == 3  # AWS_MAX_ATTEMPTS of the tests


def test_a_service_that_is_down_is_not_asked_for_every_batch(aws: Aws, store: SecretsManagerStore) -> None:
    names = aws.seed(600)
    aws.faults.add("BatchGetSecretValue", "expired")

    found = read(store, names)

    assert set(found) == set(names)
    assert {getattr(each, "kind", "") for each in found.values()} == {"expired"}
    assert store.calls <= 12


def test_an_error_on_page_57_comes_after_56_pages(aws: Aws, store: SecretsManagerStore) -> None:
    aws.seed(10_000)
    aws.faults.add("ListSecrets", "denied", after=56)
    pages = store.list("airflow/connections/")

    seen = [len(next(pages)) for _ in range(56)]
    with pytest.raises(StoreError) as caught:
        next(pages)

    assert sum(seen) == 5_600
    assert (caught.value.kind, caught.value.action) == ("denied", "secretsmanager:ListSecrets")


def test_a_list_that_nobody_reads_to_its_end_stops(aws: Aws, store: SecretsManagerStore) -> None:
    aws.seed(1_000)

    pages = store.list("airflow/")
    next(pages)
    pages.close()  # type: ignore[attr-defined]

    assert aws.calls.count("ListSecrets") <= 2


def test_reading_stops_with_its_caller(aws: Aws, store: SecretsManagerStore) -> None:
    names = aws.seed(1_000)

    batches = store.read(names)
    next(batches)
    batches.close()  # type: ignore[attr-defined]

    assert aws.calls.count("BatchGetSecretValue") < 25
