"""What is particular to Parameter Store: paths, tiers, types, and writes that only find out afterwards."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from secretsui.cloud.aws import Identity
from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import MUST_NOT_EXIST, BadName, Conflict, NotFound, StoreError, Throttled, TooLarge, Value
from secretsui.stores.parameter_store import ParameterStore, probe
from tests.aws import ACCOUNT, REGION, Aws

NAME = "/airflow/connections/db"
ARN = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{NAME}"


@pytest.fixture
def store(aws: Aws) -> ParameterStore:
    return ParameterStore(aws.identity())


def put(aws: Aws, name: str = NAME, value: str = "one", **more: Any) -> None:
    aws.client("ssm").put_parameter(**{"Name": name, "Value": value, "Type": "String", **more})
    aws.calls.clear()


def put_many(count: int) -> None:
    """So many versions, without HTTP."""
    from moto.ssm.models import ssm_backends

    usual = {"description": "", "parameter_type": "String", "allowed_pattern": "", "keyid": "", "overwrite": True}
    rest: dict[str, Any] = {"tags": [], "data_type": "text", "tier": None, "policies": None}
    for number in range(count):
        ssm_backends[ACCOUNT][REGION].put_parameter(name=NAME, value=str(number), **usual, **rest)


def described(aws: Aws, name: str = NAME) -> dict[str, Any]:
    found: dict[str, Any] = aws.client("ssm").get_parameter_history(Name=name, WithDecryption=True)["Parameters"][-1]
    return found


def write(store: ParameterStore, text: str, replaces: str, token: str = "") -> str:
    return store.write(NAME, Sensitive(text), replaces=replaces, token=token)


def create(store: ParameterStore, text: str = "one", **more: Any) -> str:
    return store.write(NAME, Sensitive(text), replaces=MUST_NOT_EXIST, **more)


def read(store: ParameterStore, names: list[str]) -> dict[str, Value | StoreError]:
    return {name: answer for batch in store.read(names) for name, answer in batch.items()}


def names_of(store: ParameterStore, prefix: str) -> list[str]:
    return sorted(info.name for page in store.list(prefix) for info in page)


def test_a_path_and_its_values_take_the_fewest_calls(aws: Aws, store: ParameterStore) -> None:
    names = [f"/airflow/variables/v{number:02}" for number in range(25)]
    for name in names:
        put(aws, name)

    assert names_of(store, "/airflow/variables/") == names
    assert set(read(store, names)) == set(names)

    assert aws.calls.counts() == {"GetParametersByPath": 3, "GetParameters": 3}
    assert store.calls == 6
    body = aws.calls.bodies("GetParametersByPath")[0]
    assert (body["Path"], body["Recursive"], body["WithDecryption"]) == ("/airflow/variables", True, False)


def test_names_without_levels_are_listed_from_the_root(aws: Aws, store: ParameterStore) -> None:
    for name in ("airflow-connections-db", "other", NAME):
        put(aws, name)

    assert names_of(store, "airflow-") == ["airflow-connections-db"]
    assert {body["Path"] for body in aws.calls.bodies("GetParametersByPath")} == {"/"}


def test_a_name_without_levels_is_the_same_with_a_slash_before_it(aws: Aws, store: ParameterStore) -> None:
    put(aws, "alone", "text")
    put(aws, "other")

    found = read(store, ["/alone", "other"])["/alone"]

    assert isinstance(found, Value)
    assert (found.name, found.text) == ("/alone", Sensitive("text"))


def test_a_list_tells_type_arn_and_version_and_no_value(aws: Aws, store: ParameterStore) -> None:
    put(aws, value="unmistakable")

    ((info,),) = store.list("/airflow/")

    assert (info.arn, info.version_id, info.value_type) == (ARN, "1", "String")
    assert info.changed_at is not None
    assert "unmistakable" not in repr(info)


def test_a_new_parameter_is_secure_and_standard(aws: Aws, store: ParameterStore) -> None:
    create(store, description="words", tags={"team": "data"})

    info = store.describe(NAME)

    assert (info.value_type, info.tier, info.kms_key_id) == ("SecureString", "Standard", "alias/aws/ssm")
    assert (info.description, dict(info.tags), info.arn) == ("words", {"team": "data"}, ARN)


def test_the_key_is_the_named_one_or_that_of_the_place(aws: Aws) -> None:
    store = ParameterStore(aws.identity(), kms_key_id="alias/place")
    create(store)
    store.write("/other", Sensitive("x"), replaces=MUST_NOT_EXIST, kms_key_id="alias/named")

    assert [store.describe(name).kms_key_id for name in (NAME, "/other")] == ["alias/place", "alias/named"]


@pytest.mark.parametrize(("size", "tier"), [(4096, "Standard"), (4097, "Advanced"), (8192, "Advanced")])
def test_a_large_text_makes_an_advanced_parameter(store: ParameterStore, size: int, tier: str) -> None:
    create(store, "a" * size)

    assert store.describe(NAME).tier == tier


def test_an_advanced_parameter_stays_advanced(store: ParameterStore) -> None:
    first = create(store)
    second = write(store, "b" * 5000, first)

    write(store, "short again", second)

    assert store.describe(NAME).tier == "Advanced"


def test_a_text_over_the_limit_of_advanced_ones_is_refused_with_both_sizes(store: ParameterStore) -> None:
    with pytest.raises(TooLarge, match=r"8,193 bytes.*8,192"):
        create(store, "a" * 8193)


@pytest.mark.parametrize("kind", ["String", "StringList"])
def test_a_parameter_keeps_type_description_pattern_and_tags(aws: Aws, store: ParameterStore, kind: str) -> None:
    put(aws, Type=kind, Description="words", AllowedPattern="[a-z,]+", Tags=[{"Key": "team", "Value": "data"}])

    write(store, "two,three", "1")

    found = described(aws)
    assert (found["Type"], found["Description"], found["AllowedPattern"]) == (kind, "words", "[a-z,]+")
    assert found["Value"] == "two,three"
    assert dict(store.describe(NAME).tags) == {"team": "data"}


def test_a_secure_parameter_keeps_its_key(aws: Aws, store: ParameterStore) -> None:
    put(aws, Type="SecureString", KeyId="alias/mine")

    write(store, "two", "1")

    assert described(aws)["KeyId"] == "alias/mine"


def test_a_key_makes_a_parameter_secure_when_it_is_asked_for(aws: Aws, store: ParameterStore) -> None:
    put(aws)

    store.update(NAME, kms_key_id="alias/mine")

    found = described(aws)
    assert (found["Type"], found["KeyId"], found["Value"]) == ("SecureString", "alias/mine", "one")
    store.update(NAME, kms_key_id="")
    assert described(aws)["KeyId"] == "alias/aws/ssm"


def test_labels_are_stages_and_the_newest_version_is_current(aws: Aws, store: ParameterStore) -> None:
    create(store)
    write(store, "two", "1")
    aws.client("ssm").label_parameter_version(Name=NAME, ParameterVersion=1, Labels=["golden"])

    stages = {version.version_id: list(version.stages) for version in store.versions(NAME)}

    assert stages == {"2": ["AWSCURRENT"], "1": ["golden"]}


def test_history_comes_to_the_last_page(aws: Aws, store: ParameterStore) -> None:
    put_many(60)

    versions = store.versions(NAME)

    assert [versions[0].version_id, versions[-1].version_id] == ["60", "1"]
    assert aws.calls.count("GetParameterHistory") == 2


def test_a_write_takes_two_calls(aws: Aws, store: ParameterStore) -> None:
    put(aws)

    assert write(store, "two", "1") == "2"

    assert aws.calls.operations() == ["DescribeParameters", "PutParameter"]


def between(aws: Aws, monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Something happens after a writer compared and before they wrote."""
    from secretsui.stores import ssm_writing

    plain = ssm_writing.Writing.describe

    def describe(self: ssm_writing.Writing) -> Any:
        found = plain(self)
        monkeypatch.setattr(ssm_writing.Writing, "describe", plain)
        act()
        return found

    monkeypatch.setattr(ssm_writing.Writing, "describe", describe)


def test_a_writer_in_between_is_told_of_and_neither_text_is_lost(
    aws: Aws, store: ParameterStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(store)
    between(aws, monkeypatch, lambda: put(aws, value="theirs", Overwrite=True))

    with pytest.raises(Conflict) as caught:
        write(store, "ours", "1")

    assert (caught.value.current, caught.value.is_saved) == ("3", True)
    assert "Your text came last" in caught.value.sentence
    texts = [store.read_version(NAME, version).text for version in ("3", "2", "1")]
    assert texts == [Sensitive("ours"), Sensitive("theirs"), Sensitive("one")]


def test_a_parameter_that_is_deleted_in_between_is_told_of(
    aws: Aws, store: ParameterStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(store)
    write(store, "two", "1")
    between(aws, monkeypatch, lambda: aws.client("ssm").delete_parameter(Name=NAME))

    with pytest.raises(Conflict):
        write(store, "three", "2")


def test_of_two_writers_at_most_one_hears_nothing_and_both_texts_are_kept(store: ParameterStore) -> None:
    create(store, "base")
    outcomes: dict[str, Any] = {}
    start = threading.Barrier(2)

    def save(text: str) -> None:
        start.wait()
        try:
            outcomes[text] = write(store, text, "1")
        except Conflict as error:
            outcomes[text] = error

    threads = [threading.Thread(target=save, args=(text,)) for text in ("alice", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    saved = [text for text, outcome in outcomes.items() if isinstance(outcome, str)]
    history = {store.read_version(NAME, version.version_id).text for version in store.versions(NAME)}
    assert len(saved) == 1
    assert {Sensitive(text) for text in saved} <= history


@pytest.mark.parametrize("text", ["two", "two" * 2000])
def test_a_lost_answer_is_no_conflict(aws: Aws, store: ParameterStore, text: str) -> None:
    first = create(store)
    aws.faults.add("PutParameter", "lost", times=1)

    assert write(store, text, first) == "3"

    assert read(store, [NAME])[NAME].text == Sensitive(text)  # type: ignore[union-attr]


def test_a_lost_answer_to_a_create_with_a_token_is_no_conflict(aws: Aws, store: ParameterStore) -> None:
    aws.faults.add("PutParameter", "lost", times=1)

    assert create(store, token="a-token") == "1"


def test_an_empty_page_before_the_description_is_gone_over(
    aws: Aws, store: ParameterStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(aws)
    plain = store._ask
    pages = iter([{"Parameters": [], "NextToken": "more"}])

    def ask(operation: str, params: Any, **more: Any) -> dict[str, Any]:
        empty = next(pages, None) if operation == "describe_parameters" else None
        return empty or plain(operation, {key: value for key, value in params.items() if key != "NextToken"}, **more)

    monkeypatch.setattr(store, "_ask", ask)

    assert store.describe(NAME).version_id == "1"


@pytest.mark.parametrize(
    "name", ["a/b", "/a//b", "/a/", "/aws/x", "awsome", "/SSM-x", "/" + "/".join("abcdefghijklmnop"), "/" + "n" * 967]
)
def test_names_that_aws_refuses_are_refused_with_the_rule(store: ParameterStore, name: str) -> None:
    with pytest.raises(BadName) as caught:
        store.write(name, Sensitive("x"), replaces=MUST_NOT_EXIST)

    assert caught.value.remedy.startswith(("Use letters", "Choose a shorter"))


def test_the_longest_name_is_taken_by_the_service(store: ParameterStore) -> None:
    name = "/" + "n" * (1011 - len(f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/"))

    store.write(name, Sensitive("x"), replaces=MUST_NOT_EXIST)

    assert store.describe(name).version_id == "1"


def test_a_value_that_quotes_a_parameter_is_refused_in_words(store: ParameterStore) -> None:
    with pytest.raises(StoreError, match="double braces"):
        create(store, "select {{ ds }}")


def test_one_denied_parameter_makes_the_batch_be_read_one_by_one(aws: Aws, store: ParameterStore) -> None:
    names = [f"/airflow/v{number:02}" for number in range(30)]
    for name in names:
        put(aws, name)
    aws.faults.add("GetParameters", "denied")
    aws.faults.add("GetParameter", "denied", name=names[3])

    found = read(store, names)

    denied = found.pop(names[3])
    assert isinstance(denied, StoreError)
    assert (denied.kind, denied.action) == ("denied", "ssm:GetParameter")
    assert denied.arn.endswith(f":parameter{names[3]}")
    assert all(isinstance(each, Value) for each in found.values())


def test_a_denied_key_is_named_and_harms_only_its_own_batch(aws: Aws, store: ParameterStore) -> None:
    names = [f"/airflow/v{number:02}" for number in range(30)]
    for name in names:
        put(aws, name)
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/mine"
    words = f"User: arn:aws:iam::{ACCOUNT}:user/x is not authorized to perform: kms:Decrypt on resource: {key}"
    aws.faults.add("GetParameters", "denied", name=names[3], message=words)
    aws.faults.add("GetParameter", "denied", name=names[3], message=words)

    found = read(store, names)

    error = found.pop(names[3])
    assert isinstance(error, StoreError)
    assert (error.kind, error.action, error.arn) == ("cannotdecrypt", "kms:Decrypt", key)
    assert all(isinstance(each, Value) for each in found.values())
    assert aws.calls.counts() == {"GetParameters": 3, "GetParameter": 10}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("full", "quota of AWS Parameter Store"),
        ("labelled", "oldest carries a label"),
        ("key", "encrypt the value"),
        ("pattern", "does not match the pattern"),
    ],
)
def test_what_aws_refuses_is_told_in_words(aws: Aws, store: ParameterStore, fault: str, words: str) -> None:
    put(aws)
    aws.faults.add("PutParameter", fault)

    with pytest.raises(StoreError, match=words):
        write(store, "two", "1")


def test_too_many_updates_at_once_are_throttling(
    aws: Aws, store: ParameterStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    put(aws)
    aws.faults.add("PutParameter", "updates")

    with pytest.raises(Throttled):
        write(store, "two", "1")


def test_the_oldest_version_with_a_label_stops_the_hundred_and_first(aws: Aws, store: ParameterStore) -> None:
    put_many(100)
    aws.client("ssm").label_parameter_version(Name=NAME, ParameterVersion=1, Labels=["golden"])

    with pytest.raises(StoreError, match="oldest carries a label"):
        write(store, "new", "100")


def test_a_deleted_parameter_is_gone_for_good(store: ParameterStore) -> None:
    create(store)

    assert store.delete(NAME, recovery_days=None) is None

    with pytest.raises(NotFound):
        store.delete(NAME, recovery_days=None)


def test_an_error_on_a_later_page_comes_after_the_pages_before_it(aws: Aws, store: ParameterStore) -> None:
    for number in range(25):
        put(aws, f"/airflow/v{number:02}")
    aws.faults.add("GetParametersByPath", "denied", after=2)
    pages = store.list("/airflow/")

    assert [len(next(pages)) for _ in range(2)] == [10, 10]
    with pytest.raises(StoreError) as caught:
        next(pages)
    assert (caught.value.kind, caught.value.action) == ("denied", "ssm:GetParametersByPath")


def enforced(aws: Aws, *statements: Any) -> Identity:
    """A role with exactly this policy, under enforced IAM."""
    from secretsui.demo import mended_moto

    iam = aws.client("iam")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}
    iam.create_role(RoleName="secretsui", AssumeRolePolicyDocument=json.dumps(trust))
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_role_policy(RoleName="secretsui", PolicyName="rights", PolicyDocument=policy)
    identity: Identity = aws.identity(role_chain=((aws.role(ACCOUNT), ""),))
    probe(identity, "/airflow/")  # the role is assumed before the rules hold
    mended_moto.enforce_iam()
    return identity


def test_a_probe_of_somebody_with_every_right_finds_them_and_changes_nothing(aws: Aws) -> None:
    put(aws)

    found = probe(aws.identity(), "/airflow/connections/")

    assert {right.name: right.outcome for right in found.rights} == dict.fromkeys(
        ["list", "describe", "read", "write", "create", "tag", "delete"], "ok"
    )
    assert found.missing == ()
    assert [each["Name"] for each in aws.client("ssm").describe_parameters()["Parameters"]] == [NAME]


def test_a_probe_of_a_reader_prints_what_a_writer_lacks(aws: Aws) -> None:
    place = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/airflow"
    reading = ["ssm:GetParametersByPath", "ssm:GetParameters", "ssm:GetParameter"]
    identity = enforced(aws, {"Effect": "Allow", "Action": reading, "Resource": [place, f"{place}/*"]})

    found = probe(identity, "/airflow/")

    assert {right.name for right in found.rights if right.outcome == "ok"} == {"list", "read"}
    wide, narrow = found.missing
    assert (wide["Action"], wide["Resource"]) == (["ssm:DescribeParameters"], "*")
    assert narrow["Resource"] == [place, f"{place}/*"]
    assert "ssm:PutParameter" in narrow["Action"]

    add = json.dumps({"Version": "2012-10-17", "Statement": list(found.missing)})
    from moto.iam.models import iam_backends

    iam_backends[ACCOUNT]["aws"].put_role_policy("secretsui", "missing", add)
    assert {right.outcome for right in probe(identity, "/airflow/").rights} == {"ok"}
