"""What Google Secret Manager alone does, beside what every store promises."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest

from secretsui.core.sensitive import Sensitive
from secretsui.stores import google_session
from secretsui.stores.base import (
    CURRENT,
    MUST_NOT_EXIST,
    BadName,
    Conflict,
    Denied,
    DisabledVersion,
    Expired,
    NotFound,
    StoreError,
    Throttled,
    Unavailable,
    Value,
)
from secretsui.stores.google import probe
from tests.airflow.answering import Cut, Reply
from tests.servers.google import (
    ACCOUNT,
    NUMBER,
    PROJECT,
    Google,
    failure,
    google_store,
    throttled,
)

VALUE = "postgres://u:unmistakable@h"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google_session, "PAUSES", (0.0, 0.0))


def only(store: Any, name: str) -> Value | StoreError:
    ((answer,),) = [list(batch.values()) for batch in store.read([name])]
    return answer


def of_probe(google: Google, prefix: str = "airflow-") -> Any:
    credential = Sensitive(google.credential())
    return probe(PROJECT, lambda: credential, prefix, endpoint=google.url)


def test_the_facts_of_a_secret_are_told(google: Google) -> None:
    key = "projects/p/locations/global/keyRings/r/cryptoKeys/k"
    google.put(
        "a",
        "one",
        labels={"team": "data"},
        replication={"automatic": {"customerManagedEncryption": {"kmsKeyName": key}}},
        rotation={"nextRotationTime": "2027-01-02T03:04:05Z", "rotationPeriod": "2592000s"},
        topics=[],
        expireTime="2027-05-06T07:08:09Z",
    )

    info = google_store(google).describe("a")

    assert (info.arn, info.version_id, info.kms_key_id) == (f"projects/{NUMBER}/secrets/a", "1", key)
    assert (dict(info.tags), info.rotation, info.disabled) == ({"team": "data"}, True, False)
    assert info.next_rotation_at is not None
    assert info.next_rotation_at.isoformat() == "2027-01-02T03:04:05+00:00"
    assert info.expires_at is not None
    assert info.expires_at.isoformat() == "2027-05-06T07:08:09+00:00"
    (listed,) = next(iter(google_store(google).list("")))
    assert (listed.version_id, listed.changed_at) == ("", None)


def test_places_and_keys_of_a_chosen_replication_are_told(google: Google) -> None:
    places = [{"location": "europe-west1", "customerManagedEncryption": {"kmsKeyName": "k1"}}, {"location": "us-east1"}]
    google.put("a", "one", replication={"userManaged": {"replicas": places}})

    info = google_store(google).describe("a")

    assert [(each.region, each.kms_key_id) for each in info.replicas] == [("europe-west1", "k1"), ("us-east1", "")]
    assert info.kms_key_id == "k1"


@pytest.mark.parametrize(("state", "words"), [("DISABLED", "disabled"), ("DESTROYED", "destroyed")])
def test_a_version_that_is_given_to_nobody_is_not_taken_for_absent(google: Google, state: str, words: str) -> None:
    secret = google.put("a", "one", "two")
    secret.versions[-1].state = state
    store = google_store(google)

    answer = only(store, "a")

    assert isinstance(answer, DisabledVersion)
    assert words in answer.sentence
    assert store.describe("a").disabled
    assert [(each.version_id, each.state, each.is_current) for each in store.versions("a")] == [
        ("2", words, True),
        ("1", "enabled", False),
    ]


def test_a_secret_without_a_version_is_listed_and_gets_its_first(google: Google) -> None:
    google.put("a")
    store = google_store(google)

    assert [info.name for page in store.list("") for info in page] == ["a"]
    assert isinstance(only(store, "a"), NotFound)
    assert (store.describe("a").version_id, list(store.versions("a"))) == ("", [])
    assert store.write("a", Sensitive("one"), replaces="") == "1"


def test_aliases_of_versions_are_shown(google: Google) -> None:
    google.put("a", "one", "two", versionAliases={"stable": "1"})

    versions = google_store(google).versions("a")

    assert [list(each.stages) for each in versions] == [[CURRENT], ["stable"]]


def test_binary_values_are_sizes(google: Google) -> None:
    google.add(google.put("a"), b"\xff\xfe\x00")

    answer = only(google_store(google), "a")

    assert isinstance(answer, Value)
    assert (answer.text, answer.binary_size) == (None, 3)
    with pytest.raises(StoreError, match="binary"):
        google_store(google).put_back("a", "1", replaces="2")


def test_a_text_that_came_between_is_a_conflict_that_loses_neither(google: Google) -> None:
    google.put("a", "one")
    google.meanwhile[":addVersion"] = lambda: google.put("a", "theirs")
    store = google_store(google)

    with pytest.raises(Conflict, match="version 2 at the same moment") as caught:
        store.write("a", Sensitive("ours"), replaces="1")

    assert (caught.value.current, caught.value.is_saved) == ("3", True)
    assert [each.data for each in google.secrets["a"].versions] == [b"one", b"theirs", b"ours"]


def test_labels_that_changed_meanwhile_are_kept(google: Google) -> None:
    secret = google.put("a", "one", labels={"team": "data"})

    def theirs() -> None:
        secret.body["labels"], secret.etag = {"team": "data", "theirs": "x"}, '"other"'

    # Not before the question, but before the change that follows it.
    google.meanwhile["/secrets/a"] = lambda: google.meanwhile.update({"/secrets/a": theirs})
    google_store(google).tag("a", put={"ours": "y"})

    assert secret.body["labels"] == {"team": "data", "theirs": "x", "ours": "y"}


@pytest.mark.parametrize("labels", [{"Team": "data"}, {"team": "Data"}, {"1st": "x"}, {"a": "x" * 64}])
def test_a_label_that_google_refuses_is_told_in_words(google: Google, labels: dict[str, str]) -> None:
    google.put("a", "one")

    with pytest.raises(StoreError, match="does not accept a label") as caught:
        google_store(google).tag("a", put=labels)

    assert "lower-case" in caught.value.remedy


def test_a_secret_whose_first_text_was_refused_is_taken_away_again(google: Google) -> None:
    google.denied.add(("secretmanager.versions.add", ""))

    with pytest.raises(Denied, match=r"versions\.add"):
        google_store(google).write("a", Sensitive("x"), replaces=MUST_NOT_EXIST)

    assert google.secrets == {}


def test_a_denial_names_the_permission_and_the_resource(google: Google) -> None:
    google.put("a", "one")
    google.denied.add(("secretmanager.versions.access", "a"))

    answer = only(google_store(google), "a")

    assert isinstance(answer, Denied)
    assert answer.action == "secretmanager.versions.access"
    assert answer.arn == f"projects/{PROJECT}/secrets/a/versions/latest"
    assert answer.code == "IAM_PERMISSION_DENIED"


def test_a_disabled_api_and_a_wrong_project_are_told_apart(google: Google) -> None:
    with pytest.raises(Denied, match="no project elsewhere"):
        next(iter(google_store(google, project="elsewhere").list("")))
    google.is_enabled = False
    with pytest.raises(Denied, match="not enabled") as caught:
        next(iter(google_store(google).list("")))
    assert "gcloud services enable" in caught.value.remedy


@pytest.mark.parametrize(
    ("credential", "words"),
    [
        ("no json", "no key file"),
        ('{"type": "service_account"}', "incomplete or damaged"),
        ('{"type": "external_account", "credential_source": {"executable": {"command": "x"}}}', "no key file"),
        ("[]", "no key file"),
    ],
)
def test_a_credential_that_is_none_is_told_without_its_text(google: Google, credential: str, words: str) -> None:
    store = google_store(google, credential=lambda: Sensitive(credential))

    with pytest.raises(Expired, match=words):
        store.describe("a")

    assert google.calls == []


def test_a_key_of_somebody_else_is_refused(google: Google) -> None:
    stranger = Sensitive(google.credential(client_email="else@elsewhere.iam.gserviceaccount.com"))

    with pytest.raises(Expired, match="does not accept the credentials"):
        google_store(google, credential=lambda: stranger).describe("a")


def test_a_server_without_an_identity_says_so(google: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")

    with pytest.raises(Expired, match="no Google credentials"):
        google_store(google, credential=None).describe("a")


def test_a_limited_rate_is_waited_for_and_then_told(google: Google) -> None:
    google.put("a", "one")
    google.failing = [throttled(), throttled()]
    assert isinstance(only(google_store(google), "a"), Value)

    google.failing = [throttled()] * 3
    assert isinstance(only(google_store(google), "a"), Throttled)
    assert google.failing == []


def test_a_text_whose_answer_was_lost_is_not_sent_twice(google: Google) -> None:
    google.put("a", "one")
    google.failing = [Reply(200, {"name": f"projects/{NUMBER}/secrets/a/versions/1", "state": 1}), failure()]

    with pytest.raises(Unavailable):
        google_store(google).write("a", Sensitive("two"), replaces="1")

    assert [path.rpartition("/")[2] for _, path in google.calls] == ["latest", "a:addVersion"]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([failure(500)] * 3, "internal error"),
        ([Reply(200, b"<html>", "text/html")], "did not come from"),
        ([Cut] * 3, "broke"),
    ],
)
def test_a_failing_service_is_never_taken_for_an_empty_one(google: Google, answers: list[Any], words: str) -> None:
    google.failing = answers

    with pytest.raises(Unavailable, match=words):
        list(google_store(google).list(""))


def test_a_proxy_that_has_no_route_is_not_taken_for_an_absent_secret(google: Google) -> None:
    google.put("a", "one")
    google.failing = [Reply(404, {"error": "Not Found"})] * 3

    assert isinstance(only(google_store(google), "a"), Unavailable)


def test_a_name_that_does_not_resolve_is_named(google: Google) -> None:
    with pytest.raises(Unavailable, match=r"nowhere\.invalid cannot be resolved"):
        google_store(google, endpoint="https://nowhere.invalid").describe("a")


def test_a_value_that_arrived_damaged_is_not_used(google: Google) -> None:
    payload = {"data": "b25l", "dataCrc32c": "7"}
    google.failing = [Reply(200, {"name": "projects/1/secrets/a/versions/1", "payload": payload})] * 3

    answer = only(google_store(google), "a")

    assert isinstance(answer, Unavailable)
    assert answer.code == "checksum"


def test_no_error_has_a_value_in_its_frames(google: Google) -> None:
    google.put("a", VALUE)
    store = google_store(google)
    google.failing = [Reply(200, {"name": f"projects/{NUMBER}/secrets/a/versions/1", "state": 1}), failure(400)]
    attempts: list[Callable[[], Any]] = [
        lambda: store.write("a", Sensitive(VALUE), replaces="1"),
        lambda: store.write("a", Sensitive(VALUE), replaces="7"),
        lambda: store.write("b", Sensitive(VALUE), replaces="7"),
    ]
    for attempt in attempts:
        with pytest.raises(StoreError) as caught:
            attempt()
        told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        ours = "".join(line for line in told.format() if "tests/" not in line)
        assert "unmistakable" not in ours
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("verb", ["describe", "versions", "read_version"])
def test_a_name_that_google_does_not_know_is_not_sent(google: Google, verb: str) -> None:
    with pytest.raises(BadName):
        getattr(google_store(google), verb)("a/b", *(["1"] if verb == "read_version" else []))

    assert google.calls == []


def test_a_filter_is_left_out_where_a_prefix_is_no_plain_word(google: Google) -> None:
    google.put("-a", "one")
    google.put("_b", "one")

    assert [info.name for page in google_store(google).list("-") for info in page] == ["-a"]


def test_a_probe_reads_permissions_off_a_secret_of_the_prefix(google: Google) -> None:
    google.put("airflow-connections-db", "one")
    google.denied = {("secretmanager.versions.add", ""), ("secretmanager.versions.access", "airflow-connections-db")}

    found = of_probe(google)

    assert (found.account_id, found.caller) == (PROJECT, f"serviceAccount:{ACCOUNT}")
    outcomes = {right.name: right.outcome for right in found.rights}
    assert outcomes == {
        "list": "ok",
        "describe": "ok",
        "read": "denied",
        "write": "denied",
        "create": "unknown",
        "tag": "ok",
        "delete": "ok",
    }
    assert [each["role"] for each in found.missing] == [
        "roles/secretmanager.secretAccessor",
        "roles/secretmanager.secretVersionAdder",
    ]
    start = f'resource.name.startsWith("projects/{NUMBER}/secrets/airflow-")'
    assert {each["condition"]["expression"] for each in found.missing} == {start}
    assert not any(":access" in path or method == "DELETE" for method, path in google.calls)


def test_a_probe_of_an_empty_project_tries_what_is_not_there(google: Google) -> None:
    google.denied = {("secretmanager.secrets.delete", "")}

    outcomes = {right.name: right.outcome for right in of_probe(google).rights}

    assert (outcomes["read"], outcomes["write"], outcomes["delete"]) == ("ok", "ok", "denied")
    assert google.secrets == {}


def test_a_probe_that_may_not_list_names_the_role_without_condition(google: Google) -> None:
    google.denied = {("secretmanager.secrets.list", "")}

    found = of_probe(google)

    assert [each for each in found.missing if "condition" not in each] == [
        {"role": "roles/secretmanager.viewer", "members": [f"serviceAccount:{ACCOUNT}"]}
    ]


def test_a_probe_of_a_silent_service_knows_nothing(google: Google) -> None:
    google.failing = [failure()] * 3

    found = of_probe(google)

    assert isinstance(found.error, Unavailable)
    assert {right.outcome for right in found.rights} == {"unknown"}


def test_an_absent_client_is_a_sentence(google: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "google.cloud.secretmanager_v1", None)

    with pytest.raises(StoreError, match="not installed") as caught:
        google_store(google).describe("a")

    assert "requirements-gcp.txt" in caught.value.remedy


def test_a_new_secret_that_somebody_else_filled_first_is_kept_with_both_texts(google: Google) -> None:
    google.meanwhile[":addVersion"] = lambda: google.put("a", "theirs")

    with pytest.raises(Conflict) as caught:
        google_store(google).write("a", Sensitive("ours"), replaces=MUST_NOT_EXIST)

    assert (caught.value.current, [each.data for each in google.secrets["a"].versions]) == ("2", [b"theirs", b"ours"])


def test_a_new_secret_whose_text_was_refused_stays_where_somebody_else_filled_it(google: Google) -> None:
    google.denied.add(("secretmanager.versions.add", ""))
    google.meanwhile[":addVersion"] = lambda: google.put("a", "theirs")

    with pytest.raises(Denied):
        google_store(google).write("a", Sensitive("ours"), replaces=MUST_NOT_EXIST)

    assert [each.data for each in google.secrets["a"].versions] == [b"theirs"]
