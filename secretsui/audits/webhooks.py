"""Messages to chat rooms and programs. Addresses and keys are references: both open doors to whoever has them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from django.utils import timezone

from secretsui.airflow import credentials
from secretsui.airflow.errors import ApiError
from secretsui.audits import telling
from secretsui.audits.digests import Contents
from secretsui.audits.models import Delivery, Recipient
from secretsui.audits.results import Result
from secretsui.audits.telling import Said
from secretsui.core.sensitive import Sensitive

State = Delivery.State
SIGNATURE: Final = "X-Secretsui-Signature"
DELIVERY: Final = "X-Secretsui-Delivery"
TIMEOUT: Final = httpx.Timeout(15)
ROWS: Final = 10
LONGEST_WAIT: Final = timedelta(hours=6)
OWN: Final = ("localhost", "127.0.0.1", "::1")


class Refused(Exception):
    """The reference does not lead to an address that may be called; the text says what to do."""


def check(reference: str) -> str:
    """What is wrong with a reference to an address, "" if nothing is."""
    try:
        _address(reference)
    except (Refused, ApiError) as problem:
        return str(problem)
    return ""


def send(told: Contents, delivery_id: str) -> Result:
    """Never raises for what the receiver or the network does."""
    try:
        address, body = _address(told.recipient.webhook), body_of(told)
        headers = {"Content-Type": "application/json", DELIVERY: delivery_id, **_signature(told.recipient, body)}
    except (Refused, ApiError) as problem:
        return Result(State.FAILED, problem=str(problem))
    try:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client:
            answer = client.post(address.reveal(), content=body, headers=headers)
    except (httpx.ReadError, httpx.ReadTimeout, httpx.RemoteProtocolError):
        return Result(State.UNSURE, problem="The connection broke after the message was sent, before the answer.")
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        return Result(State.RETRY, problem=f"The webhook could not be reached ({type(problem).__name__}).")
    return _judged(answer)


def body_of(told: Contents) -> bytes:
    said = telling.tell(told, ROWS)
    message = _slack(said) if told.recipient.shape == Recipient.Shape.SLACK else _generic(told, said)
    return json.dumps(message, ensure_ascii=False).encode()


def sign(key: Sensitive, at: int, body: bytes) -> str:
    """`t=…,v1=…`: the HMAC of the time, a dot and the body, so that an old message cannot be sent anew unnoticed."""
    signed = hmac.new(key.reveal().encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={signed.hexdigest()}"


def _signature(recipient: Recipient, body: bytes) -> Mapping[str, str]:
    if not recipient.signing_key:
        return {}
    return {SIGNATURE: sign(credentials.resolve(recipient.signing_key), int(timezone.now().timestamp()), body)}


def _address(reference: str) -> Sensitive:
    address = credentials.resolve(reference)
    parts = _split(address)
    if parts is None or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in OWN)):
        raise Refused("The reference does not lead to an https address. Put the whole address of the webhook there.")
    return address


def _split(address: Sensitive) -> Any:
    try:
        return urlsplit(address.reveal())
    except ValueError:
        return None


def _judged(answer: httpx.Response) -> Result:
    if answer.is_success:
        return Result(State.SENT, str(answer.status_code))
    problem = f"The webhook answered {answer.status_code}."
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
        return Result(State.RETRY, str(answer.status_code), problem, _wait(answer.headers.get("Retry-After", "")))
    return Result(State.FAILED, str(answer.status_code), problem)


def _wait(seconds: str) -> timedelta | None:
    return min(timedelta(seconds=int(seconds[:9])), LONGEST_WAIT) if seconds.isdecimal() else None


def _slack(said: Said) -> Mapping[str, Any]:
    """Also what Mattermost and Rocket.Chat read. `text` is what notifications show."""
    lists = [_block(f"*{each.title}*\n" + "\n".join(_lines(each))) for each in said.lists if each.shown.rows]
    warning = [_block(f":warning: {_plain(said.warning)}")] if said.warning else []
    heading = _block(f"*<{said.open_audit}|{_plain(said.title)}>*\n{_plain(said.run)}")
    return {"text": _plain(said.subject), "blocks": [heading, *warning, *lists]}


def _lines(each: telling.Titled) -> list[str]:
    rows = [f"{row.severity.upper()} <{row.url}|{_plain(row.name)}>: {_plain(row.sentence)}" for row in each.shown.rows]
    return [*rows, each.cut] if each.shown.is_cut else rows


def _block(text: str) -> Mapping[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": telling.shortened(text, 2900)}}


def _plain(text: str) -> str:
    """What Slack would otherwise read as a link or a mention of everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _generic(told: Contents, said: Said) -> Mapping[str, Any]:
    new, still_open = said.lists
    names = ("new", "open", "fixed", "accepted")
    return {
        "version": 1,
        "audit": told.audit.pk,
        "schedule": told.recipient.schedule.name,
        "state": told.audit.state,
        "complete": told.is_complete,
        "url": said.open_audit,
        "subject": said.subject,
        "counts": {name: number for name, (number, _label) in zip(names, said.numbers, strict=True)},
        "new": [_finding(row) for row in new.shown.rows],
        "still_open": [_finding(row) for row in still_open.shown.rows],
        "gaps": list(said.gaps.rows),
    }


def _finding(row: telling.Row) -> Mapping[str, str]:
    names = ("severity", "name", "place", "sentence", "about", "url")
    return {name: getattr(row, name) for name in names}
