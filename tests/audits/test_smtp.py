"""Deliveries through a real mail server: none is lost, and none comes twice."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from datetime import timedelta
from email.policy import default
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from secretsui.audits import deliveries, emails
from secretsui.audits.digests import Contents
from secretsui.audits.models import Audit, Delivery, Recipient
from tests.audits.mail_server import CUT, CUT_EARLY, HOST, PASSWORD, SILENT, USER, Server
from tests.audits.mailbox import ended, finding, made_schedule, recipient, waiting
from tests.conftest import Place


@pytest.fixture
def server(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server(tmp_path) as started:
        monkeypatch.setenv("SSL_CERT_FILE", str(started.certificate))
        settings.EMAIL_BACKEND = "secretsui.audits.smtp.Backend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, started.port
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, PASSWORD
        settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = True, 10
        settings.DEFAULT_FROM_EMAIL = "secretsui@example.org"
        yield started


@pytest.fixture
def audit(place: Place) -> Audit:
    finding(place, "sftp_partner", severity="critical")
    return ended(made_schedule(), place)


@pytest.fixture
def ops(audit: Audit) -> Recipient:
    assert audit.schedule
    return recipient(audit.schedule)


@pytest.fixture
def delivery(ops: Recipient, audit: Audit) -> Delivery:
    return waiting(ops, audit)


def states(delivery: Delivery, tries: int) -> list[str]:
    """Of so many tries, each when its time has come."""
    found = []
    for _ in range(tries):
        Delivery.objects.filter(next_at__isnull=False).update(next_at=timezone.now())
        deliveries.send_due(timezone.now())
        delivery.refresh_from_db()
        found.append(delivery.state)
    return found


def test_a_mail_arrives_over_tls_with_both_twins_and_its_headers(server: Server, delivery: Delivery) -> None:
    assert states(delivery, 2) == ["sent", "sent"]
    (text,) = server.got
    got = email.message_from_string(text, policy=default)
    assert (got["To"], got["From"]) == ("ops@example.org", "secretsui@example.org")
    assert got["Subject"] == "[secretsui] 1 new (1 critical), 0 still open, 0 fixed"
    assert got["Message-ID"] == delivery.message_id
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/unsubscribe/" in got["List-Unsubscribe"]
    assert [each.get_content_type() for each in got.iter_parts()] == ["text/plain", "text/html"]
    assert all("sftp_partner" in each.get_content() for each in got.iter_parts())
    assert server.was_secret == [True]
    assert delivery.sent_at is not None


def test_a_refusal_for_now_is_tried_again_with_the_same_message_id(server: Server, delivery: Delivery) -> None:
    server.answers = ["451 4.7.1 Greylisted", "421 4.3.2 Going down"]
    assert states(delivery, 1) == ["retry"]
    assert (delivery.code, delivery.problem) == ("451", "The mail server said: 4.7.1 Greylisted")
    assert delivery.next_at is not None
    assert delivery.next_at - timezone.now() > timedelta(seconds=50)
    first = delivery.message_id
    assert states(delivery, 3) == ["retry", "sent", "sent"]
    assert len(server.got) == 1
    assert (delivery.message_id, delivery.attempts, delivery.problem) == (first, 3, "")


def test_a_refusal_for_good_is_shown_and_not_tried_again(server: Server, delivery: Delivery) -> None:
    server.answers = ["554 5.7.1 Spam"]
    assert states(delivery, 3) == ["failed"] * 3
    assert (delivery.code, delivery.problem) == ("554", "The mail server said: 5.7.1 Spam")
    assert not server.got


def test_an_address_that_does_not_exist_is_shown(server: Server, ops: Recipient, delivery: Delivery) -> None:
    Recipient.objects.update(address="nobody@example.org")
    Delivery.objects.update(address="nobody@example.org")
    assert states(delivery, 2) == ["failed", "failed"]
    assert (delivery.code, delivery.problem) == ("550", "The mail server said: 5.1.1 No such mailbox")


def test_a_connection_that_is_cut_before_the_text_is_tried_again(server: Server, delivery: Delivery) -> None:
    server.answers = [CUT_EARLY]
    assert states(delivery, 2) == ["retry", "sent"]
    assert len(server.got) == 1


@pytest.mark.parametrize("answer", [CUT, SILENT])
def test_a_text_without_an_answer_is_not_sent_twice(
    server: Server, delivery: Delivery, settings: Any, answer: str
) -> None:
    settings.EMAIL_TIMEOUT = 1 if answer == SILENT else 10
    server.answers = [answer]
    assert states(delivery, 3) == ["unsure"] * 3
    assert delivery.problem == "The connection broke after the text was sent, before the server's answer."
    assert len(server.got) == 1
    settings.EMAIL_TIMEOUT = 10
    assert deliveries.send_again(delivery)  # a person has looked
    assert states(delivery, 1) == ["sent"]
    assert not deliveries.send_again(delivery)


def test_a_server_that_does_not_greet_is_tried_again(server: Server, delivery: Delivery, settings: Any) -> None:
    with socket.create_server((HOST, 0)) as deaf:
        settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = deaf.getsockname()[1], 0.2
        assert states(delivery, 1) == ["retry"]
    assert delivery.problem.startswith("The mail server could not be reached or did not answer")
    settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = server.port, 10
    assert states(delivery, 1) == ["sent"]


def test_a_wrong_password_is_said_without_it_and_tried_again(server: Server, delivery: Delivery, settings: Any) -> None:
    settings.EMAIL_HOST_PASSWORD = "swordfish-of-ours"
    assert states(delivery, 1) == ["retry"]
    assert delivery.problem == "The mail server refused the user or the password."
    settings.EMAIL_HOST_PASSWORD = PASSWORD
    assert states(delivery, 1) == ["sent"]


def test_a_server_whose_certificate_is_not_trusted_gets_nothing(
    server: Server, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert states(delivery, 1) == ["retry"]
    assert "SSLCertVerificationError" in delivery.problem
    assert server.logins == 0


def test_a_server_that_is_away_is_asked_once_and_the_others_wait(
    server: Server, delivery: Delivery, ops: Recipient, audit: Audit, settings: Any
) -> None:
    other = waiting(ops, audit, "2026-11-21")
    settings.EMAIL_PORT = 9
    assert states(delivery, 1) == ["retry"]
    other.refresh_from_db()
    assert (other.state, other.attempts) == ("waiting", 0)
    settings.EMAIL_PORT = server.port
    assert states(other, 1) == ["sent"]
    assert len(server.got) == 2


def test_a_message_that_cannot_be_written_fails_and_keeps_no_other_back(
    server: Server, delivery: Delivery, ops: Recipient, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(ops, audit, "2026-11-21")
    written = iter([RuntimeError("of sftp_partner"), emails.build])

    def build(told: Contents) -> emails.Message:
        found = next(written)
        if isinstance(found, RuntimeError):
            raise found
        return found(told)

    monkeypatch.setattr(deliveries.emails, "build", build)
    assert states(delivery, 1) == ["failed"]
    assert delivery.problem == "The message could not be written (RuntimeError)."
    assert len(server.got) == 1


def test_tries_end_after_a_day_and_the_last_problem_stays(server: Server, delivery: Delivery) -> None:
    server.answers = ["450 4.2.1 Full"] * 9
    assert states(delivery, 8) == ["retry"] * 6 + ["failed"] * 2
    assert (delivery.attempts, delivery.code) == (7, "450")


def test_who_was_killed_while_sending_is_not_followed_by_another(server: Server, delivery: Delivery) -> None:
    Delivery.objects.update(state="sending", claimed_at=timezone.now() - timedelta(minutes=14))
    assert states(delivery, 1) == ["sending"]
    Delivery.objects.update(claimed_at=timezone.now() - timedelta(minutes=16))
    assert states(delivery, 2) == ["unsure", "unsure"]
    assert not server.got


def test_who_unsubscribed_meanwhile_gets_nothing(server: Server, delivery: Delivery) -> None:
    Recipient.objects.update(unsubscribed_at=timezone.now())
    assert states(delivery, 1) == ["skipped"]
    assert not server.got


def test_a_test_mail_is_sent_at_once_and_leaves_no_row(server: Server, ops: Recipient) -> None:
    result = deliveries.send_test(ops, "me@example.org")
    assert result is not None
    assert result.state == "sent"
    assert server.mails[0].rcpt_tos == ["me@example.org"]
    assert not Delivery.objects.exists()


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_moment_send_one_mail(server: Server, delivery: Delivery) -> None:
    together = Barrier(2)

    def send() -> None:
        together.wait(10)
        deliveries.deliver(delivery.pk)
        connection.close()

    threads = [Thread(target=send) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert len(server.got) == 1
    assert states(delivery, 1) == ["sent"]
