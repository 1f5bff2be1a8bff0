from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.template import Template

from tests.aws import Aws
from tests.canary import places
from tests.canary.watch import Watch, listening
from tests.canary.world import World
from tests.conftest import Place

# What people type in the walk; see tests.canary.routes.
TYPED = frozenset(
    f"typed.{place}"
    for place in (
        *("login", "password", "extra", "stray", "before", "after", "key", "text", "second"),
        *("port", "type", "confirm"),
    )
)
SAID = frozenset({"aws.said"})


@pytest.fixture
def world(live_place: Place, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    return World(live_place, aws)


@pytest.fixture
def plain_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the product renders: the test client keeps a copy of every context, and nobody looks at them here."""
    monkeypatch.setattr(Template, "_render", lambda template, context: template.nodelist.render(context))


@pytest.fixture
def watch(world: World, plain_rendering: None, capfd: pytest.CaptureFixture[str]) -> Iterator[Watch]:
    """Listens while the test runs, and afterwards looks everywhere."""
    assert settings.DEBUG is False
    cache.clear()
    watch = Watch(world.stored | TYPED | SAID)
    with listening() as streams:
        yield watch
    for stream in streams:
        watch.look("log", stream.getvalue())
    captured = capfd.readouterr()
    watch.look("stdout", captured.out)
    watch.look("stderr", captured.err)
    watch.look_at(places.everywhere())
    assert watch.leaks == []
