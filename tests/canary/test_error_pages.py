"""What goes wrong while a value is in somebody's hands: AWS, our own code, the database, the request itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.test import Client

from secretsui.core.sensitive import Sensitive
from tests.canary.canaries import canary
from tests.canary.planted import quoted_by_aws, typed
from tests.canary.routes import URI, Editing, fields, raw
from tests.canary.watch import Watch
from tests.canary.world import World
from tests.conftest import logged_in
from tests.faults import ERRORS

pytestmark = pytest.mark.django_db(transaction=True)

OWN: Final = frozenset({"typed.login", "typed.password", "typed.extra"})
FORM: Final = "application/x-www-form-urlencoded"
KINDS: Final = (*ERRORS, "drop", "lost")


@pytest.fixture
def as_writer(alice: User, world: World) -> Client:
    world.refresh()
    client = logged_in(alice, recently=True)
    client.raise_request_exception = False
    return client


Ask = Callable[[Client, World], Any]


def reveal(client: Client, world: World) -> Any:
    return client.post(world.path("secret-reveal", world.sample), {"field": "all"})


def show_page(client: Client, world: World) -> Any:
    return client.get(world.path("secret", world.sample))


def open_editor(client: Client, world: World) -> Any:
    return client.get(world.path("secret-edit", world.sample))


def save(client: Client, world: World) -> Any:
    return client.post(world.path("secret-edit", world.sample), Editing(world, world.sample).posts()[0])


def save_over(client: Client, world: World) -> Any:
    """From an old version: a conflict, with the three texts at hand."""
    old = {"base_version": world.old_version(world.sample), "action": "save"}
    return client.post(world.path("secret-edit", world.sample), {**fields(), **old})


def create(client: Client, world: World) -> Any:
    return client.post("/secrets/new", {**raw(URI), "prefix": world.prefix.pk, "key": "made", "action": "save"})


def compare(client: Client, world: World) -> Any:
    versions = {"a": world.old_version(world.sample), "b": world.current_version(world.sample)}
    return client.get(world.path("secret-compare", world.sample), versions)


def put_back(client: Client, world: World) -> Any:
    versions = {"version": world.old_version(world.sample), "base_version": world.current_version(world.sample)}
    return client.post(world.path("secret-put-back", world.sample), versions)


# Each page that handles values, with the calls to AWS that it makes on its way.
PAGES: Final[dict[str, tuple[Ask, tuple[str, ...]]]] = {
    "reveal": (reveal, ("BatchGetSecretValue", "GetSecretValue")),
    "page": (show_page, ("DescribeSecret", "ListSecretVersionIds")),
    "open editor": (open_editor, ("BatchGetSecretValue", "ListSecretVersionIds")),
    "save": (save, ("BatchGetSecretValue", "ListSecretVersionIds", "PutSecretValue", "UpdateSecretVersionStage")),
    "save over": (save_over, ("BatchGetSecretValue", "GetSecretValue")),
    "create": (create, ("CreateSecret", "DescribeSecret")),
    "compare": (compare, ("ListSecretVersionIds", "GetSecretValue", "BatchGetSecretValue")),
    "put back": (put_back, ("ListSecretVersionIds", "UpdateSecretVersionStage")),
}
SHOWING: Final = {"save": OWN, "save over": OWN, "create": OWN}


@pytest.mark.parametrize("which", PAGES)
def test_a_failing_call_shows_neither_values_nor_what_aws_quoted(
    as_writer: Client, world: World, watch: Watch, which: str
) -> None:
    ask, operations = PAGES[which]
    own = SHOWING.get(which, frozenset()) | (world.held_by(world.sample) if which == "reveal" else frozenset())
    statuses: set[int] = set()
    for operation in (*operations, "*"):
        for kind in KINDS:
            world.aws.faults.add(operation, kind, times=1, message=quoted_by_aws("said"))
            response = ask(as_writer, world)
            watch.answer(f"{which}, {kind} of {operation}", response, allowed=own)
            statuses.add(response.status_code)
            world.aws.faults.clear()
    assert statuses & {502, 503}
    assert 500 not in statuses


def explode(*args: Any, **kwargs: Any) -> Any:
    """As a programming error would: the value in a local variable, and in the words."""
    values = [each.reveal() for each in (*args, *kwargs.values()) if isinstance(each, Sensitive)]
    values += [each.text.reveal() for each in args if isinstance(getattr(each, "text", None), Sensitive)]
    raise RuntimeError(f"This is what an error must never say: {values or canary('airflow/connections/uri.password')}")


BROKEN: Final = {
    "reveal": (reveal, "secretsui.web.value_rows.revealed"),
    "open editor": (open_editor, "secretsui.web.views.edit.bind"),
    "save": (save, "secretsui.web.views.edit.review"),
    "write": (save, "secretsui.stores.aws_writing.Writing.replace"),
    "conflict": (save_over, "secretsui.web.views.edit.clash"),
    "create": (create, "secretsui.web.views.create.review"),
    "compare": (compare, "secretsui.web.views.versions.differences"),
}


@pytest.mark.parametrize("which", BROKEN)
def test_an_error_of_our_own_shows_nothing_and_mails_nothing(
    as_writer: Client, world: World, watch: Watch, monkeypatch: pytest.MonkeyPatch, settings: Any, which: str
) -> None:
    settings.ADMINS = [("Root", "root@example.org")]
    ask, place = BROKEN[which]
    monkeypatch.setattr(place, explode)
    response = ask(as_writer, world)
    assert response.status_code == 500
    watch.answer(f"the error page of {which}", response)


def test_not_even_the_page_for_developers_shows_what_was_at_hand(
    as_writer: Client, world: World, watch: Watch, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def fail(*held: Any) -> None:
        clear = held[0].text.reveal()
        raise RuntimeError("No words about it" if clear else "")

    settings.DEBUG = True
    monkeypatch.setattr("secretsui.web.views.edit.review", lambda key, composed, *_, **__: fail(composed))
    response = save(as_writer, world)
    assert response.status_code == 500
    assert "No words about it" in response.content.decode()
    assert "views/edit.py" in response.content.decode()
    watch.answer("the page for developers", response)


@pytest.mark.database
def test_an_unrecorded_reveal_shows_nothing(
    as_writer: Client, world: World, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise DatabaseError(f"database or disk is full: {canary('airflow/connections/uri.password')}")

    monkeypatch.setattr("secretsui.access.events._chain", full)
    for ask in (reveal, open_editor, save, create, compare):
        response = ask(as_writer, world)
        watch.answer(f"{ask.__name__} without a log", response, allowed=OWN if ask in (save, create) else ())
        assert response.status_code == 503, ask
        assert "The access log could not be written, so nothing was shown or changed." in response.content.decode()
    assert world.aws.calls.count("PutSecretValue") == world.aws.calls.count("CreateSecret") == 0


def test_a_request_that_is_refused_early_is_not_quoted(alice: User, world: World, watch: Watch, settings: Any) -> None:
    """Before any view: no CSRF token, too many fields, too large, not a form, another host."""
    world.refresh()
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(alice)
    path, form = world.path("secret-edit", world.sample), {**raw(URI), "action": "save"}
    watch.answer("no token", forged := client.post(path, form))
    many = {**form, **{f"field{number}": typed("text") for number in range(1_100)}}
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 50_000
    loose = logged_in(alice, recently=True)
    loose.raise_request_exception = False
    answers = {
        "too many fields": loose.post(path, many),
        "too large": loose.post(path, {**form, "text": typed("text") * 5_000}),
        "no form": loose.generic("POST", path, typed("text") * 9, content_type="multipart/form-data; boundary=x"),
        "strange encoding": loose.generic(
            "POST", path, f"text=%ff{typed('text')}", "application/x-www-form-urlencoded"
        ),
        "another host": loose.post(path, form, headers={"Host": "else.example"}),
        "not allowed": loose.generic("PUT", path, f"text={typed('text')}", FORM),
        "no such page": loose.post("/no/such/page", form),
    }
    for name, response in answers.items():
        watch.answer(name, response, allowed={"typed.text"} if name == "strange encoding" else ())
        assert 400 <= response.status_code < 500, name
    assert forged.status_code == 403
