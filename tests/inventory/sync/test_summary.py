from __future__ import annotations

from typing import Any

import pytest

from secretsui.inventory.models import SecretRecord
from secretsui.inventory.sync import summary
from tests.conftest import Place

pytestmark = pytest.mark.database


def add(place: Place, key: str, **facts: Any) -> None:
    SecretRecord.objects.create(prefix=place.connections, name=key, key=key, **facts)


def test_every_count_is_of_this_prefix_alone(place: Place) -> None:
    add(place, "a", conn_type="postgres", form="uri", tags={"env": "prod"})
    add(place, "b", conn_type="postgres", form="json", tags={"env": "prod", "team": "x"}, stale=True)
    add(place, "c", form="text", problem="blank")
    SecretRecord.objects.create(prefix=place.variables, name="v", key="v", form="json")
    assert summary.count(place.connections) == {
        "records": 3,
        "kinds": {"connection": 3},
        "types": {"postgres": 2},
        "forms": {"uri": 1, "json": 1, "text": 1},
        "states": {"ok": 1, "stale": 1, "broken": 1},
        "tags": {"env=prod": 2, "team=x": 1},
    }


def test_an_empty_prefix_counts_nothing(place: Place) -> None:
    assert summary.count(place.config) == {
        "records": 0, "kinds": {}, "types": {}, "forms": {}, "states": {}, "tags": {}
    }  # fmt: skip


def test_only_the_most_used_tags_are_kept(place: Place) -> None:
    add(place, "many", tags={f"k{number:03}": "v" for number in range(150)})
    add(place, "one", tags={"k149": "v"})
    tags = summary.count(place.connections)["tags"]
    assert len(tags) == summary.TAGS_KEPT
    assert next(iter(tags.items())) == ("k149=v", 2)


def test_a_replacement_moves_the_counts(place: Place) -> None:
    before = ("postgres", "uri", "ok", {"env": "prod"})
    after = ("mysql", "uri", "broken", {})
    summary.replace(place.connections, None, before)
    summary.replace(place.connections, None, before)
    summary.replace(place.connections, before, after)
    place.connections.refresh_from_db()
    assert place.connections.summary == {
        "records": 2,
        "kinds": {"connection": 2},
        "types": {"postgres": 1, "mysql": 1},
        "forms": {"uri": 2},
        "states": {"ok": 1, "broken": 1},
        "tags": {"env=prod": 1},
    }
    summary.replace(place.connections, after, None)
    summary.replace(place.connections, before, None)
    assert place.connections.summary["records"] == 0
