"""Messages to a real HTTP server: shapes, signature, and which answers are tried again."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.utils import timezone

from secretsui.audits import deliveries, webhooks
from secretsui.audits.models import Audit, Delivery, Recipient
from tests.audits.mailbox import ended, finding, made_schedule, recipient, waiting
from tests.conftest import NOWHERE, Place

REFERENCE = "env:SECRETSUI_CREDENTIAL_HOOK"
KEY = "env:SECRETSUI_CREDENTIAL_HOOK_KEY"


class Receiver(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.got: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook/of-a-token"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        status, headers = self.server.answers.pop(0) if self.server.answers else (204, {})
        if status == 0:  # gone without a word
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with Receiver() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("SECRETSUI_CREDENTIAL_HOOK", server.url)
        monkeypatch.setenv("SECRETSUI_CREDENTIAL_HOOK_KEY", "of the signature")
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def audit(place: Place) -> Audit:
    finding(place, "<sftp> & @here", severity="critical")
    return ended(made_schedule(), place, state="partial", gaps=[{"sentence": "14 were denied.", "count": 14}])


@pytest.fixture
def hook(audit: Audit) -> Recipient:
    assert audit.schedule
    return recipient(audit.schedule, kind="webhook", webhook=REFERENCE, address="")


def tried(to: Recipient, audit: Audit) -> Delivery:
    delivery = waiting(to, audit)
    deliveries.send_due(timezone.now())
    delivery.refresh_from_db()
    return delivery


def test_a_message_in_slacks_shape_names_what_is_new_and_mentions_nobody(
    receiver: Receiver, hook: Recipient, audit: Audit
) -> None:
    assert tried(hook, audit).state == "sent"
    ((headers, body),) = receiver.got
    message = json.loads(body)
    assert message["text"] == "[secretsui] 1 new (1 critical), 0 still open, 0 fixed - INCOMPLETE"
    texts = [block["text"]["text"] for block in message["blocks"]]
    assert all(block["type"] == "section" and len(block["text"]["text"]) <= 3000 for block in message["blocks"])
    assert "incomplete" in texts[1]
    assert "CRITICAL" in texts[2]
    assert "&lt;sftp&gt; &amp; @here" in texts[2]
    assert headers["Content-Type"] == "application/json"
    assert webhooks.SIGNATURE not in headers


def test_a_generic_message_is_signed_over_its_time_and_text(receiver: Receiver, hook: Recipient, audit: Audit) -> None:
    Recipient.objects.update(shape="generic", signing_key=KEY)
    delivery = tried(hook, audit)
    ((headers, body),) = receiver.got
    at, signature = (part.partition("=")[2] for part in headers[webhooks.SIGNATURE].split(","))
    expected = hmac.new(b"of the signature", at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(signature, expected)
    assert abs(timezone.now().timestamp() - int(at)) < 60
    assert headers[webhooks.DELIVERY] == f"audit-{delivery.pk}"
    message = json.loads(body)
    assert (message["audit"], message["complete"], message["gaps"]) == (audit.pk, False, ["14 were denied."])
    assert message["counts"] == {"new": 1, "open": 0, "fixed": 0, "accepted": 0}
    assert message["new"][0]["name"] == "<sftp> & @here"


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        ((200, {}), "sent", "200"),
        ((429, {"Retry-After": "1800"}), "retry", "429"),
        ((503, {}), "retry", "503"),
        ((404, {}), "failed", "404"),
        ((302, {"Location": "http://127.0.0.1:9/"}), "failed", "302"),
        ((0, {}), "unsure", ""),
    ],
)
def test_the_answer_decides_whether_it_is_tried_again(
    receiver: Receiver, hook: Recipient, audit: Audit, answer: tuple[int, dict[str, str]], state: str, code: str
) -> None:
    receiver.answers = [answer]
    delivery = tried(hook, audit)
    assert (delivery.state, delivery.code) == (state, code)
    assert "of-a-token" not in delivery.problem
    assert len(receiver.got) == 1
    if code == "429":
        assert delivery.next_at is not None
        assert delivery.next_at > timezone.now() + timedelta(minutes=29)


def test_a_receiver_that_is_away_is_tried_again(hook: Recipient, audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRETSUI_CREDENTIAL_HOOK", NOWHERE)
    delivery = tried(hook, audit)
    assert (delivery.state, delivery.problem) == ("retry", "The webhook could not be reached (ConnectError).")


@pytest.mark.parametrize(
    "address", ["http://hooks.example.org/x", "ftp://127.0.0.1/x", "https//typo", "http://[::1", "file:///etc/passwd"]
)
def test_an_address_that_is_not_https_is_refused_and_not_repeated(
    hook: Recipient, audit: Audit, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("SECRETSUI_CREDENTIAL_HOOK", address)
    said = "The reference does not lead to an https address. Put the whole address of the webhook there."
    assert webhooks.check(REFERENCE) == said
    delivery = tried(hook, audit)
    assert (delivery.state, delivery.problem) == ("failed", said)


def test_a_reference_to_nothing_is_refused(hook: Recipient, audit: Audit) -> None:
    assert "SECRETSUI_CREDENTIAL_HOOK" in webhooks.check(REFERENCE)
    assert webhooks.check("https://hooks.example.org/the-address-itself")
    assert tried(hook, audit).state == "failed"


def test_a_test_goes_to_the_webhook_too(receiver: Receiver, hook: Recipient) -> None:
    result = deliveries.send_test(hook)
    assert result is not None
    assert result.state == "sent"
    assert len(receiver.got) == 1
