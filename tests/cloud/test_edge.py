"""No value leaves with an error: not in its words, not in what it grew out of, not in the frames it came through."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from secretsui.cloud.edge import ask
from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import MUST_NOT_EXIST, Store, StoreError
from tests.aws import Aws
from tests.faults import ERRORS

CANARY = "canary-7f3a91"
NAME = "airflow/connections/db"
KINDS = [*ERRORS, "drop"]
TEXT = Sensitive(CANARY)


def shown(error: BaseException) -> Iterator[str]:
    """All that a report of this error could print."""
    seen: BaseException | None = error
    while seen is not None:
        yield from (str(seen), repr(seen), repr(seen.args), repr(vars(seen)))
        for frame, _ in traceback.walk_tb(seen.__traceback__):
            if frame.f_code.co_filename != __file__:
                yield repr(frame.f_locals)
        seen = seen.__cause__ or seen.__context__


def verbs(store: Store, version: str) -> dict[str, Callable[[], Any]]:
    return {
        "PutSecretValue": lambda: store.write(NAME, TEXT, replaces=version),
        "UpdateSecretVersionStage": lambda: store.write(NAME, TEXT, replaces=version),
        "CreateSecret": lambda: store.write("airflow/new", TEXT, replaces=MUST_NOT_EXIST),
        "GetSecretValue": lambda: store.read_version(NAME, version),
        "BatchGetSecretValue": lambda: list(store.read([NAME, "airflow/other"])),
        "DescribeSecret": lambda: store.describe(NAME),
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("operation", list(verbs(None, "")))  # type: ignore[arg-type]
def test_no_error_carries_a_value(aws: Aws, monkeypatch: pytest.MonkeyPatch, operation: str, kind: str) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    version = aws.create(NAME, CANARY)
    aws.create("airflow/other", CANARY)
    store = aws.store()
    message = f"is not authorized to perform: {CANARY}, value {CANARY} marked for deletion"
    aws.faults.add(operation, kind, message=message)
    if operation == "BatchGetSecretValue":  # or what is denied there is read one by one
        aws.faults.add("GetSecretValue", kind, message=message)

    errors = failures(verbs(store, version)[operation])

    assert errors
    for error in errors:
        assert not [text for text in shown(error) if CANARY in text]


PARAMETER = "/airflow/connections/db"


def parameter_verbs(aws: Aws) -> dict[str, Callable[[], Any]]:
    from secretsui.stores.parameter_store import ParameterStore

    store = ParameterStore(aws.identity())
    return {
        "PutParameter": lambda: store.write(PARAMETER, TEXT, replaces="1"),
        "GetParameter": lambda: store.put_back(PARAMETER, "1", replaces="2"),
        "GetParameters": lambda: list(store.read([PARAMETER, "/airflow/other"])),
        "GetParameterHistory": lambda: store.versions(PARAMETER),
        "GetParametersByPath": lambda: list(store.list("/airflow/")),
        "DescribeParameters": lambda: store.update(PARAMETER, description="x"),
        "DeleteParameter": lambda: store.delete(PARAMETER, recovery_days=None),
        "AddTagsToResource": lambda: store.tag(PARAMETER, put={"a": "b"}),
        "ListTagsForResource": lambda: store.describe(PARAMETER),
    }


def parameters(aws: Aws) -> None:
    for name, kind in ((PARAMETER, "SecureString"), ("/airflow/other", "String")):
        aws.client("ssm").put_parameter(Name=name, Value=CANARY, Type=kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("operation", ["PutParameter", "GetParameter", "GetParameters"])
def test_no_error_carries_the_value_of_a_parameter(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, operation: str, kind: str
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    parameters(aws)
    verb = parameter_verbs(aws)[operation]
    aws.faults.add(operation, kind, message=f"value {CANARY} at 'value' failed")
    if operation == "GetParameters":
        aws.faults.add("GetParameter", kind, message=f"value {CANARY}")

    errors = failures(verb)

    assert errors
    for error in errors:
        assert not [text for text in shown(error) if CANARY in text]


def test_a_conflict_that_is_found_afterwards_carries_no_value(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    from secretsui.stores.ssm_writing import Writing

    parameters(aws)
    verb = parameter_verbs(aws)["PutParameter"]
    monkeypatch.setattr(Writing, "_put", lambda self, params, text: 3)

    (error,) = failures(verb)

    assert error.kind == "conflict"
    assert not [text for text in shown(error) if CANARY in text]


def failures(attempt: Callable[[], Any]) -> list[StoreError]:
    try:
        batches = attempt()
    except StoreError as error:
        return [error]
    return [each for batch in batches for each in batch.values() if isinstance(each, StoreError)]


def test_what_the_sdk_refuses_to_send_carries_no_value(aws: Aws) -> None:
    with pytest.raises(StoreError) as caught:
        aws.store().write("", TEXT, replaces="version")

    assert caught.value.code == "ParamValidationError"
    assert not [text for text in shown(caught.value) if CANARY in text]


@pytest.mark.parametrize("operation", list(verbs(None, "")))  # type: ignore[arg-type]
def test_the_page_of_a_proxy_is_no_answer(aws: Aws, operation: str) -> None:
    version = aws.create(NAME, CANARY)
    aws.faults.add("*", "foreign")

    errors = failures(verbs(aws.store(), version)[operation])

    assert {error.kind for error in errors} == {"unavailable"}


def test_the_page_of_a_proxy_is_no_empty_list(aws: Aws) -> None:
    aws.create(NAME)
    aws.faults.add("ListSecrets", "foreign")

    with pytest.raises(StoreError, match="did not come from AWS"):
        list(aws.store().list(""))


def test_the_page_of_a_proxy_is_no_answer_about_parameters(aws: Aws) -> None:
    parameters(aws)
    verbs = parameter_verbs(aws)
    aws.faults.add("*", "foreign")

    kinds = {operation: {error.kind for error in failures(verb)} for operation, verb in verbs.items()}

    assert kinds == {operation: {"unavailable"} for operation in verbs}


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("get_parameters_by_path", {"Path": "/airflow", "Recursive": True}),
        ("get_parameters", {"Names": [PARAMETER], "WithDecryption": True}),
        ("get_parameter", {"Name": PARAMETER, "WithDecryption": True}),
        ("get_parameter_history", {"Name": PARAMETER, "WithDecryption": True}),
    ],
)
def test_the_values_of_parameters_come_covered(aws: Aws, operation: str, params: dict[str, Any]) -> None:
    parameters(aws)

    answer = ask(aws.identity(), operation, params, service="ssm")

    assert CANARY not in repr(answer)
    assert "Sensitive" in repr(answer)
