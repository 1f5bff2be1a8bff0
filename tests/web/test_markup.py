"""Every page: nothing inline, nothing that points nowhere, one heading, every field with a name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve
from django.utils import timezone

from secretsui.access import events
from secretsui.inventory.models import Deployment, EnvSource, LayerPlace, Refresh
from tests.conftest import Place, logged_in
from tests.web.rows import put, renew, text

VOID: Final = frozenset({"br", "hr", "img", "input", "link", "meta", "use", "wbr"})
# Attributes that name the id of another element of the page.
POINTERS: Final = ("for", "form", "aria-labelledby", "aria-describedby", "aria-controls", "popovertarget", "commandfor")
PAGES: Final = (
    *("/", "/secrets/", "/secrets/?q=nothing", "/secrets/?account=data-dev&kind=connection&sort=-changed"),
    *("/activity/", "/settings/accounts/", "/nowhere", "/accounts/password/change/", "/accounts/logout/"),
    *("/accounts/reauthenticate/?next=/", "/builder/", "/builder/?type=postgres", "/rules/R-24/"),
)
ADMIN_PAGES: Final = (
    *("/", "/secrets/", "/activity/", "/settings/people/", "/settings/people/new/", "/settings/people/{user}/"),
    *("/settings/accounts/", "/settings/accounts/new/", "/settings/accounts/data-dev/"),
    *("/settings/accounts/data-dev/remove/", "/settings/accounts/data-dev/prefixes/new/"),
    *("/settings/accounts/data-dev/prefixes/{prefix}/", "/settings/accounts/data-dev/prefixes/{prefix}/remove/"),
    *("/settings/deployments/", "/settings/deployments/new/", "/settings/deployments/lab/"),
    *(f"/settings/deployments/lab/{page}/" for page in ("grants", "sources", "files", "import", "reporter", "remove")),
)


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if "label" in self.open:
            attrs = [*attrs, ("(label)", "around")]
        self.elements.append((tag, dict(attrs)))
        assert len(attrs) == len(dict(attrs)), f"twice the same attribute in <{tag}>"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open, f"</{tag}> closes nothing"
            assert self.open.pop() == tag, f"</{tag}> in the wrong place"

    def of(self, *tags: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.elements if tag in tags]

    def ids(self) -> Counter[str]:
        return Counter(attrs["id"] for _tag, attrs in self.elements if attrs.get("id"))  # type: ignore[misc]


def check(html: str) -> Page:
    page = Page(html)
    assert page.open == []
    for tag, attrs in page.elements:
        assert tag != "style"
        assert tag != "script" or attrs.get("src")
        for name, value in attrs.items():
            assert name != "style"
            assert not name.startswith(("on", "hx-on"))
            assert not (value or "").strip().lower().startswith(("javascript:", "js:"))
    assert [ident for ident, number in page.ids().items() if number > 1] == []
    return page


def check_whole(html: str) -> None:
    page = check(html)
    for tag, attrs in page.elements:
        for name in POINTERS:
            for ident in (attrs.get(name) or "").split():
                assert ident in page.ids(), f"{name}={ident} of <{tag}> points nowhere"
    assert len(page.of("h1")) == 1
    assert len(page.of("main")) == 1
    assert [attrs for attrs in page.of("img") if "alt" not in attrs] == []
    labelled = {attrs.get("for") for attrs in page.of("label")}
    for field in page.of("input", "select", "textarea"):
        named = any(field.get(name) for name in ("aria-label", "aria-labelledby", "(label)"))
        assert field.get("type") == "hidden" or "hidden" in field or named or field.get("id") in labelled, field
    for link in page.of("a"):
        leads_somewhere(link.get("href"))
    for form in page.of("form"):
        leads_somewhere(form.get("action"))


def leads_somewhere(href: str | None) -> None:
    if not href or href.startswith(("#", "?", "http://testserver/", "https://airflow.apache.org/docs/")):
        return
    path = href.partition("?")[0].partition("#")[0]
    try:
        resolve(path)
    except (Resolver404, NoReverseMatch):
        pytest.fail(f"{href} leads nowhere")


@pytest.fixture
def full(place: Place, alice: User) -> Place:
    """Something in every corner of every screen."""
    put(place.connections, "crm", tags={"team": "data"}, description="<b>bold</b>")
    put(place.connections, "broken", problem="unescaped", problem_detail="the @ at character 9", conn_type="")
    put(place.connections, "gone", deleted_at=timezone.now())
    put(place.connections, "closed", read_error="denied", conn_type="")
    put(place.variables, "flags", stale=True)
    renew(place.variables, complete=False, problem="The store refused access.", remedy="Grant it.", code="X")
    Refresh.objects.create(prefix=place.config, state="running", listed=3)
    actor = events.Actor("alice", alice, "10.0.0.1")
    for outcome in ("allowed", "refused", "failed"):
        events.append(actor, "reveal", outcome, place=place.connections, name="airflow/connections/crm")
    events.append(actor, "account", "allowed", place=place.account, detail="added")
    lab = Deployment.objects.create(name="lab", api="none", backend_class="some.Backend")
    LayerPlace.objects.create(deployment=lab, layer="backend", account=place.account, region="eu-west-1")
    EnvSource.objects.create(
        deployment=lab,
        form="compose",
        label="<b>",
        gaps=[{"reason": "env-file", "where": "<i>", "line": 3}],
        problems=[{"code": "bad-line", "line": 1, "facts": {}}],
        settings={"AIRFLOW__SECRETS__BACKEND": "other.Backend"},
    )
    return place


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ["as_alice", "as_bob", "as_charlie"])
def test_pages_of_people(request: pytest.FixtureRequest, full: Place, who: str, path: str) -> None:
    client: Client = request.getfixturevalue(who)
    check_whole(text(client.get(path)))


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_pages_of_administrators(root: User, full: Place, path: str) -> None:
    client = logged_in(root, recently=True)
    response = client.get(path.format(user=root.pk, prefix=full.config.pk))
    assert response.status_code == 200
    check_whole(text(response))


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/set/done/", "/accounts/inactive/"])
def test_pages_of_strangers(client: Client, path: str, db: None) -> None:
    check_whole(text(client.get(path)))


@pytest.mark.parametrize("do", ["delete", "tags"])
def test_confirmations(as_alice: Client, full: Place, do: str) -> None:
    ids = [str(record.pk) for record in full.connections.records.all()]
    for confirm in ({}, {"confirm": "yes"}):
        check_whole(text(as_alice.post("/secrets/bulk/", {"s": ids, "do": do, **confirm})))


@pytest.mark.parametrize(
    "post",
    [
        lambda client, place: client.post("/settings/people/new/", {"email": "x"}),
        lambda client, place: client.post("/settings/accounts/new/", {"account_id": "1"}),
        lambda client, place: client.post("/settings/accounts/data-dev/prefixes/new/", {}),
        lambda client, place: client.post("/settings/accounts/data-dev/test/"),
        lambda client, place: client.post("/settings/people/new/", {"username": "dora"}),
        lambda client, place: client.post("/settings/deployments/new/", {"api": "v2", "backend_kwargs": "{"}),
        lambda client, place: client.post("/settings/deployments/lab/", {"name": "<b>", "backend_own_region": "x"}),
        lambda client, place: client.post("/settings/deployments/lab/", {"adopt": "1", "backend_kwargs": "{"}),
        lambda client, place: client.post("/settings/deployments/lab/test/"),
        lambda client, place: client.post("/settings/deployments/lab/sources/", {"form": "compose", "text": "a: ["}),
        lambda client, place: client.post("/settings/deployments/lab/files/", {"connection": "{"}),
        lambda client, place: client.post("/settings/deployments/lab/import/", {"from": "1"}),
        lambda client, place: client.post("/settings/deployments/lab/reporter/", {"do": "make"}),
    ],
)
def test_answers_to_forms(root: User, full: Place, post: Callable[[Client, Place], Any]) -> None:
    check_whole(text(post(logged_in(root, recently=True), full)))


BUILT: Final = {
    "mode": "fields",
    "conn_type": "postgres",
    "host": "Upper.Example",
    "password": "'\"<b>&amp;",
    "extra": '{"key": "<i>", "sslmode": "require"}',
    "written_as": "uri",
    "pasted": '"{}"',
}


@pytest.mark.parametrize("more", [{}, {"action": "paste", "pasted": '{"engine": "x", "<b>": 1}'}, {"port": "x"}])
def test_the_builder(as_alice: Client, full: Place, more: dict[str, str]) -> None:
    check_whole(text(as_alice.post("/builder/", {**BUILT, **more})))
    for path in ("/builder/preview", "/builder/paste"):
        check(text(as_alice.post(path, {**BUILT, **more}, headers={"HX-Request": "true"})))


@pytest.mark.parametrize("path", ["/secrets/?q=crm", "/activity/", "/inventory/progress/"])
def test_fragments(as_bob: Client, full: Place, path: str) -> None:
    check(text(as_bob.get(path, headers={"HX-Request": "true"})))


def test_what_people_typed_is_shown_as_text(as_bob: Client, full: Place) -> None:
    page = text(as_bob.get("/secrets/?q=" + "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"))
    assert "<script>alert" not in page
    assert "&lt;b&gt;bold" in text(as_bob.get("/secrets/?kind=connection"))


SPRITE: Final = Path(settings.BASE_DIR) / "static" / "icons.svg"
SOURCES: Final = [
    path
    for folder, pattern in (("templates", "*.html"), ("secretsui/web", "*.py"))
    for path in (Path(settings.BASE_DIR) / folder).rglob(pattern)
]


def test_every_icon_is_in_the_sprite_and_every_symbol_is_used() -> None:
    symbols = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text()))
    sources = "\n".join(path.read_text() for path in SOURCES)
    named = set(re.findall(r"{% icon \"([a-z0-9-]+)\"", sources))
    assert named <= symbols
    quoted = set(re.findall(r"\"([a-z0-9-]+)\"", sources))
    assert symbols <= quoted


def test_no_template_marks_text_as_safe_or_carries_script() -> None:
    for path in SOURCES:
        source = path.read_text()
        assert not re.search(r"\|safe\b|mark_safe|autoescape off|hx-on|javascript:", source), path
