from __future__ import annotations

import pytest

from secretsui.core import catalogue
from secretsui.core.catalogue import ConnType, Field, Standard

SHIP = ConnType(
    conn_type="ship",
    name="Ship",
    distribution="apache-airflow-providers-harbour",
    standard={
        "host": Standard(label="Harbour", help="Where it lies.", placeholder="pier.example"),
        "schema": Standard(label="Cargo papers", secret=True),
        "port": Standard(hidden=True),
        "login": Standard(label="Captain"),
    },
    fields=(
        Field("flag", "Flag", choices=("de", "nl"), default="nl"),
        Field("name", "Name", help="On the bow."),
        Field("crew", "Crew", kind="integer", minimum=1, maximum=99),
        Field("draught", "Draught", kind="number"),
        Field("armed", "Armed", kind="boolean"),
        Field("hold", "Hold", kind="object"),
        Field("ports", "Ports", kind="list"),
        Field("key", "Key", format="pem", secret=True),
        Field("code", "Code", secret=True),
        Field("code_file", "Code file", format="path"),
    ),
    needs=(("host",), ("login", "extra.name")),
    exclusive=(("code", "code_file"),),
    example={"host": "pier.example", "extra": {"crew": 3}},
    docs="https://harbour.example/ship.html",
    traps=("A ship without a crew drifts: name one.",),
)
BOAT = ConnType(
    conn_type="boat",
    name="Boat",
    fields=(
        Field("name", "Name", secret=True),
        Field("crew", "Crew"),
        Field("oars", "Oars", kind="integer"),
    ),
)


@pytest.fixture(autouse=True)
def harbour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Types that no provider changes, in place of the real ones."""
    known = {each.conn_type: each for each in (SHIP, BOAT)}
    monkeypatch.setattr(catalogue, "find", known.get)
    monkeypatch.setattr(catalogue, "all_types", lambda: (SHIP, BOAT))
