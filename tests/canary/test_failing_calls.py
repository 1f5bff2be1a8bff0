"""Every way in which a call to the store can fail while a value is on its way, and what the failure then says."""

from __future__ import annotations

import json
import pickle
import traceback
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import MUST_NOT_EXIST, StoreError
from tests.aws import Aws
from tests.canary.canaries import HARSH, canary
from tests.canary.watch import Watch, listening
from tests.faults import ERRORS

NAME: Final = "airflow/connections/crm"
OLD, NEW, SAID = canary("old"), canary("new"), canary("said")
MESSAGE: Final = f"Value '{SAID}{NEW}' at 'secretString' is not valid; User: {SAID} is not authorized"
KINDS: Final = (*ERRORS, "drop", "lost", "hang")
# What each verb calls, so that every call on its way fails once.
VERBS: Final[dict[str, tuple[Callable[[Any, str], Any], tuple[str, ...]]]] = {
    "write": (
        lambda store, version: store.write(NAME, Sensitive(NEW + HARSH), replaces=version, token="t" * 32),
        ("PutSecretValue", "UpdateSecretVersionStage"),
    ),
    "create": (
        lambda store, _: store.write(NAME + "2", Sensitive(NEW + HARSH), replaces=MUST_NOT_EXIST),
        ("CreateSecret",),
    ),
    "read": (lambda store, _: list(store.read([NAME])), ("BatchGetSecretValue",)),
    "read_version": (lambda store, version: store.read_version(NAME, version), ("GetSecretValue",)),
    "put_back": (
        lambda store, version: store.put_back(NAME, "0" * 32, replaces=version),
        ("UpdateSecretVersionStage",),
    ),
    "describe": (lambda store, _: store.describe(NAME), ("DescribeSecret",)),
    "list": (lambda store, _: list(store.list("airflow/")), ("ListSecrets",)),
    "delete": (lambda store, _: store.delete(NAME, recovery_days=7), ("DeleteSecret",)),
}


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch(["old", "new", "said"])
    with listening() as streams:
        yield watch
    for stream in streams:
        watch.look("log", stream.getvalue())
    assert watch.leaks == []


@pytest.fixture
def impatient(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A store that asks once, and gives up soon."""
    from secretsui.cloud.sessions import Tuning

    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    return aws.store(tuning=Tuning(connect_seconds=0.5, read_seconds=0.3))


def describe(error: StoreError) -> str:
    """All that a page, a log, a pickle or an error report could show of it."""
    shown = [str(error), repr(error), repr(vars(error)), repr(error.args), error.sentence, error.remedy]
    shown += traceback.format_exception(error)
    for each in (error, error.__cause__, error.__context__):
        for frame, _ in traceback.walk_tb(each.__traceback__ if each else None):
            if "/secretsui/" in frame.f_code.co_filename:
                shown.append(repr(frame.f_locals))
    return "\n".join([*shown, repr(pickle.dumps(shown))])


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_failing_call_says_nothing_of_values_nor_of_what_aws_quoted(
    aws: Aws, impatient: Any, watch: Watch, verb: str, kind: str
) -> None:
    version = aws.create(NAME, OLD + HARSH)
    call, operations = VERBS[verb]
    for operation in operations:
        aws.faults.clear()
        fault = {"message": MESSAGE} if kind in ERRORS else {"seconds": 0.5}
        aws.faults.add(operation, kind, times=1, **fault)
        try:
            answers = call(impatient, version)
        except StoreError as error:
            watch.look(f"{verb} failing with {kind} in {operation}", describe(error))
        else:
            watch.look(f"{verb} after {kind} in {operation}", repr(answers))


@pytest.mark.parametrize("code", ["AccessDeniedException", "DecryptionFailure", "InternalServiceError", "Strange"])
def test_an_item_of_a_batch_that_fails_says_nothing_either(aws: Aws, impatient: Any, watch: Watch, code: str) -> None:
    aws.create(NAME, OLD)
    aws.create(NAME + "2", OLD)
    aws.faults.add("BatchGetSecretValue", "item", name=NAME, code=code, message=MESSAGE)
    (answer,) = impatient.read([NAME, NAME + "2"])
    watch.look("the batch", repr(answer))
    watch.look("the item", describe(answer[NAME]))
    assert answer[NAME + "2"].text.reveal() == OLD


def test_a_conflicting_write_says_nothing_of_the_three_texts(aws: Aws, impatient: Any, watch: Watch) -> None:
    version = aws.create(NAME, OLD)
    impatient.write(NAME, Sensitive(NEW), replaces=version)
    with pytest.raises(StoreError) as caught:
        impatient.write(NAME, Sensitive(SAID), replaces=version)
    watch.look("the conflict", describe(caught.value))


@pytest.mark.parametrize("text", [NEW * 6000, NEW + "\ud800", ""], ids=["too large", "not unicode", "empty"])
def test_a_text_that_is_refused_is_not_quoted(aws: Aws, impatient: Any, watch: Watch, text: str) -> None:
    version = aws.create(NAME, OLD)
    with pytest.raises(StoreError) as caught:
        impatient.write(NAME, Sensitive(text), replaces=version)
    watch.look("the refusal", describe(caught.value))


@pytest.mark.parametrize(
    "answer", ["<html>{}</html>", '{{"SecretString": "{}"', "{}", '{{"SecretString": {{"a": "{}"}}}}']
)
def test_an_answer_that_is_not_aws_is_not_quoted(
    aws: Aws, watch: Watch, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """A proxy's page, or an answer that was cut off, may hold what was sent."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Stranger(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer.format(SAID).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Stranger)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    try:
        store = aws.store(endpoint_url=f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(StoreError) as caught:
            store.read_version(NAME, "0" * 32)
        watch.look("the error", describe(caught.value))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_leak_in_an_error_would_be_seen(aws: Aws) -> None:
    """The same search, on an error that quotes what AWS said."""
    watch = Watch(["said"])
    try:
        text = json.dumps({"message": MESSAGE})
        raise StoreError(text)
    except StoreError as error:
        watch.look("an error", describe(error))
    assert watch.leaks
