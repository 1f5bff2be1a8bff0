"""Every route, by everybody, in every way: values are in the answers to reveal and edit, and nowhere else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsui.access.models import DeploymentLevel, Grant, Level
from tests.canary import places
from tests.canary.canaries import canary
from tests.canary.conftest import TYPED
from tests.canary.routes import STRAY, routes
from tests.canary.walk import HTMX, Request, requests, url_names
from tests.canary.watch import Watch
from tests.canary.world import World
from tests.conftest import logged_in
from tests.web import deployed

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS: Final = ("secret-edit", "secret-new")
# What was typed comes back in every form; nothing of a stored version does.
PREVIEWS: Final = ("secret-preview", "secret-new-preview")
ADOPTING: Final = "conflict-adopt"
DEPLOYMENT_GRANTS: Final = {"alice": DeploymentLevel.FIX, "bob": DeploymentLevel.SEE}
BUILDER: Final = ("builder", "builder-preview", "builder-paste", "settings-check")
OWN: Final = TYPED - {"typed.stray", "typed.confirm"}
Cast = Callable[[str], User | None]


@pytest.fixture
def cast(request: pytest.FixtureRequest) -> Cast:
    return lambda name: None if name == "anonymous" else request.getfixturevalue(name)


def browser(user: User | None, *, recently: bool = True) -> Client:
    client = logged_in(user, recently=recently) if user else Client()
    client.raise_request_exception = False
    return client


def allowed(who: str, request: Request, world: World) -> frozenset[str]:
    """Values are for those who may reveal, in the answer to reveal; and for writers, in what they edit. What somebody
    typed into a form comes back to them alone.
    """
    if request.name == "secret-reveal" and request.method == "POST" and who in ("alice", "rita"):
        return world.held_by(request.about)
    if request.name in WRITERS and who == "alice":
        return world.held_by(request.about) | OWN
    if request.name in (*WRITERS, "builder", "settings-check") and who == "anonymous" and request.method == "POST":
        return OWN  # kept over signing in again
    if (request.name in (*PREVIEWS, ADOPTING) and who == "alice") or (request.name in BUILDER and who != "anonymous"):
        return OWN
    return frozenset()


# The routes that give values to whom.
SHOWN: Final = {
    "alice": {"secret-reveal", *WRITERS, *PREVIEWS, *BUILDER, ADOPTING},
    "rita": {"secret-reveal", *BUILDER},
    "bob": {*BUILDER},
    "charlie": {*BUILDER},
    "root": {*BUILDER},
    "anonymous": {*WRITERS, "builder", "settings-check"},
}


@dataclass
class Walker:
    """Somebody who asks for everything, and what came back."""

    who: str
    client: Callable[[], Client]
    world: World
    watch: Watch
    visited: set[str] = field(default_factory=set)
    seen: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # canaries, by route
    broken: list[str] = field(default_factory=list)

    def walk(self) -> None:
        """Signs in anew for each route, as some of them sign out."""
        for name, route in routes(self.world).items():
            client = self.client()
            for request in requests(name, route):
                self._ask(client, request)

    def _ask(self, client: Client, request: Request) -> None:
        response = request.send(client, {} if request.name in (*WRITERS, *PREVIEWS, *BUILDER, ADOPTING) else STRAY)
        may = allowed(self.who, request, self.world)
        self.seen[request.name] |= self.watch.answer(f"{self.who}: {request}", response, allowed=may)
        self.visited.add(request.name)
        if response.status_code == 500:
            self.broken.append(str(request))


def test_every_route_has_an_entry(world: World) -> None:
    assert set(routes(world)) == set(url_names())


@pytest.mark.parametrize(
    "who", [pytest.param("alice", marks=pytest.mark.database), "bob", "rita", "charlie", "root", "anonymous"]
)
def test_no_route_gives_a_value_away(who: str, cast: Cast, world: World, watch: Watch) -> None:
    world.refresh()
    user = cast(who)
    if user and who in DEPLOYMENT_GRANTS:
        deployed.grant(user, world.deployment, DEPLOYMENT_GRANTS[who])
    if user and who == "alice":
        Grant.objects.create(group=user.groups.first(), prefix=world.spare_prefix, level=Level.WRITE)
    walker = Walker(who, lambda: browser(user), world, watch)
    walker.walk()
    assert walker.broken == []
    assert walker.visited == set(url_names())
    shown = {name for name, canaries in walker.seen.items() if canaries}
    assert shown == SHOWN[who]
    if "secret-reveal" in shown:
        assert walker.seen["secret-reveal"] >= world.held_by(world.sample)


def test_nothing_is_shown_to_who_has_not_confirmed_the_password(alice: User, world: World, watch: Watch) -> None:
    """Only what was typed just now comes back, beside the question for the password."""
    world.refresh()
    client = browser(alice, recently=False)
    every = routes(world)
    for name in ("secret-reveal", "secret-put-back", "secret-delete", "secret-restore", *WRITERS):
        for request in requests(name, every[name]):
            typed = OWN if name in WRITERS and request.method == "POST" else ()
            watch.answer(str(request), request.send(client, {}), allowed=typed)


def test_each_secret_is_shown_on_its_own_pages_alone(alice: User, world: World, watch: Watch) -> None:
    world.refresh()
    client = browser(alice)
    for name in world.garden.texts:
        held = world.held_by(name)
        for route in ("secret", "secret-fields", "secret-versions"):
            watch.answer(f"{route} of {name}", client.get(world.path(route, name)))
        whole = client.post(world.path("secret-reveal", name), {"field": "text"})
        assert watch.answer(f"reveal of {name}", whole, allowed=held) >= world.garden.holds[name], name
        fields = client.post(world.path("secret-reveal", name), {"field": "all"}, headers=HTMX)
        watch.answer(f"fields of {name}", fields, allowed=held)
        watch.answer(f"edit of {name}", client.get(world.path("secret-edit", name)), allowed=held)
    for page in ("/", "/secrets/", "/secrets/?state=broken", "/secrets/export/", "/trash/", "/activity/export/"):
        watch.answer(page, client.get(page))


def test_a_leak_made_on_purpose_is_seen_wherever_it_comes_out(
    alice: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search of this module, on a product whose index takes the login for a part of the address."""
    monkeypatch.setattr("secretsui.core.facts.endpoint_of", lambda text, conn: f"{conn.login.reveal()}@{conn.host}")
    name = "airflow/connections/text_login"
    world.aws.create(name, f"postgres://{canary(name)}:x@db.example/main")
    watch = Watch({name})
    world.refresh()
    client = browser(alice)
    for path in ("/secrets/", "/secrets/export/", world.path("secret", name), world.path("secret-fields", name)):
        watch.answer(path, client.get(path))
    watch.look_at(places.everywhere())
    for place in ("/secrets/", "/secrets/export/", "/-/fields", "table inventory_secretrecord, column search"):
        assert any(leak.startswith(f"{name} (raw) in ") and place in leak for leak in watch.leaks), place
