"""The search itself: what it must find, and that the places it looks in are the real ones."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.core.cache import cache
from django.core.signing import dumps
from django.http import HttpResponse, StreamingHttpResponse

from secretsui.inventory.models import Account
from tests.canary import places
from tests.canary.canaries import ENCODERS, HARSH, Finder, canary
from tests.canary.watch import Watch, listening

NAMES = ("one", "two", "three")
WORD = canary("two")
TEXT = f"before {WORD}{HARSH} after"


@pytest.fixture
def watch() -> Watch:
    return Watch(NAMES)


def test_canaries_are_words_that_need_no_escaping_and_do_not_contain_each_other() -> None:
    words = [canary(name) for name in NAMES]
    assert all(word.isalnum() and word.isascii() for word in words)
    assert len({word[:10].lower() for word in words}) == len(NAMES)


@pytest.mark.parametrize("encoding", ENCODERS)
def test_every_encoding_is_found_at_every_position(encoding: str) -> None:
    finder = Finder(NAMES)
    for position in range(9):
        text = "x" * position + WORD + "y" * 7
        content = b"".join(ENCODERS[encoding](text)) if encoding != "base64" else base64.b64encode(text.encode())
        assert {name for name, _ in finder.find(content)} == {"two"}, position


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.lower().encode(),
        TEXT.upper().encode(),
        TEXT.encode("utf-16"),
        quote(TEXT).encode(),
        quote_plus(TEXT).encode(),
        json.dumps(TEXT).encode(),
        base64.b64encode(TEXT.encode()),
        base64.urlsafe_b64encode(TEXT.encode()),
        TEXT.encode().hex().encode(),
        TEXT.encode().hex().upper().encode(),
        WORD[:10].encode(),
    ],
)
def test_a_canary_is_found_inside_a_longer_text(content: bytes) -> None:
    assert {name for name, _ in Finder(NAMES).find(content)} == {"two"}


@pytest.mark.parametrize("content", [b"", b"Cnry", canary("four").encode(), base64.b64encode(b"nothing of interest")])
def test_nothing_is_found_where_there_is_none(content: bytes) -> None:
    assert Finder(NAMES).find(content) == set()


def test_a_leak_names_the_canary_the_encoding_and_the_place(watch: Watch) -> None:
    watch.look("a place", base64.b64encode(TEXT.encode()))
    assert watch.leaks == ["two (base64) in a place"]


def test_what_is_allowed_is_seen_and_is_no_leak(watch: Watch) -> None:
    assert watch.look("a place", TEXT + canary("one"), allowed={"two"}) == {"one", "two"}
    assert watch.leaks == ["one (raw) in a place"]


@pytest.mark.parametrize("streaming", [False, True])
def test_an_answer_may_hold_it_in_its_body_alone_and_only_uncached(watch: Watch, streaming: bool) -> None:
    body = [b"<p>", WORD.encode(), b"</p>"]
    response = StreamingHttpResponse(body) if streaming else HttpResponse(body)
    response["Location"] = f"/?q={WORD}"
    response.set_cookie("kept", dumps({"text": TEXT * 9}, compress=True))
    watch.answer("GET /", response, allowed={"two"})
    assert watch.leaks == [
        "two (raw) in header Location of GET /",
        "two (raw) in cookie kept, opened, of GET /",
        "two may be kept by caches: GET /",
    ]


def test_an_answer_that_no_cache_keeps_is_clean(watch: Watch) -> None:
    response = HttpResponse(TEXT, headers={"Cache-Control": "no-store"})
    assert watch.answer("POST /reveal", response, allowed={"two"}) == {"two"}
    assert watch.leaks == []


def test_logs_are_heard_in_both_formats_down_to_debug(watch: Watch) -> None:
    with listening() as streams:
        logging.getLogger("secretsui.some.module").debug("slip: %s", TEXT)
    for stream in streams:
        watch.look("log", stream.getvalue())
    assert watch.leaks == ["two (raw) in log"] * 2


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_each_place_that_may_keep_a_canary_is_searched(watch: Watch) -> None:
    """Leaks made on purpose, one per place, and all of them seen."""
    Account.objects.create(name="leaky", region="eu-west-1", profile=f"profile {WORD}")
    session = SessionStore()
    session["note"] = TEXT * 9
    session.save()
    cache.set("note", {"text": TEXT})
    kept = Path(settings.DATA_DIR) / "left behind.log"
    kept.write_bytes(base64.b64encode(TEXT.encode()))
    mail.send_mail("A note", TEXT, None, ["alice@example.org"])
    try:
        watch.look_at(places.everywhere())
    finally:
        kept.unlink()
        cache.clear()
    for place in ("table inventory_account", "session", "cache default", "file left behind.log", "e-mail A note"):
        assert any(place in leak for leak in watch.leaks), place


@pytest.mark.django_db(transaction=True)
def test_a_row_that_was_deleted_is_still_searched_in_the_file(watch: Watch) -> None:
    Account.objects.create(name="leaky", region="eu-west-1", profile=f"profile {WORD}")
    Account.objects.all().delete()
    watch.look_at(places.database_rows())
    assert watch.leaks == []
    watch.look_at(places.database_files())
    assert watch.leaks


def test_the_inside_of_signed_texts_is_opened() -> None:
    assert WORD.encode() in places.opened(dumps({"text": TEXT}))
    assert WORD.encode() in places.opened(dumps({"text": TEXT * 50}, compress=True))
    assert places.opened("!") == b""
