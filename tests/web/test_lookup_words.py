"""Every code of the lookup has its words, and every state its icon."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import pytest
from django.conf import settings

from secretsui.airflow.errors import BY_KIND
from secretsui.core import conflicts, near
from secretsui.core.backends import source
from secretsui.core.backends.source import Ask
from secretsui.core.chain import Layer
from secretsui.core.compare import State as FieldState
from secretsui.core.lookup import Resolution, Step
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.deployments import explained
from secretsui.web import lookup_words

ROOT: Final = Path(settings.BASE_DIR)
CSS: Final = (ROOT / "static" / "css" / "conflicts.css").read_text()
# What a call of these has as a reason, by the place of the argument.
MAKERS: Final = {"Never": 0, "Raises": 1, "CannotTell": 0, "DecodeError": 1, "unknown": 0, "failed": 0}
SOURCES: Final = [
    *(ROOT / "secretsui" / "core" / "backends").glob("*.py"),
    *(ROOT / "secretsui" / "core").glob("*.py"),
    ROOT / "secretsui" / "inventory" / "deployments" / "knowledge.py",
]


def reasons() -> Iterator[tuple[str, str]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and (place := MAKERS.get(_name(node.func))) is not None:
                for each in node.args[place : place + 1]:
                    yield from ((path.name, word) for word in _words(each))


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _words(node: ast.expr) -> Iterator[str]:
    """The texts that an argument can be; a variable is none."""
    if isinstance(node, ast.IfExp):
        yield from (*_words(node.body), *_words(node.orelse))
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value


def test_every_reason_of_the_backends_has_its_words() -> None:
    found = sorted(set(reasons()))
    assert len({word for _, word in found}) >= 25
    assert [each for each in found if lookup_words.of_reason(each[1]) is lookup_words.UNKNOWN] == []


def test_every_answer_of_a_store_has_its_words() -> None:
    for state in get_args(source.State):
        assert lookup_words.of_reason(state) is not lookup_words.UNKNOWN


def test_every_failure_of_an_api_has_its_words() -> None:
    for kind, error in BY_KIND.items():
        assert lookup_words.of_reason(kind).cause
        if kind not in lookup_words.REASONS:
            assert str(lookup_words.of_reason(kind).cause) == error.sentence


def test_a_reason_that_nobody_knows_is_no_reason_to_fail() -> None:
    assert lookup_words.of_reason("brand-new") is lookup_words.UNKNOWN
    assert lookup_words.of_end("brand-new") is lookup_words.UNKNOWN


def test_every_end_of_a_chain_has_its_words() -> None:
    said = (Resolution.__doc__ or "") + (ROOT / "secretsui" / "core" / "lookup.py").read_text()
    codes = set(re.findall(r'"((?:api-[a-z]+|not-started))"', said)) - {"api-"}
    assert {"not-started", "api-unheard"} <= codes
    assert codes <= lookup_words.ENDS.keys()


def test_every_conflict_has_its_words_in_the_order_of_the_core() -> None:
    assert tuple(lookup_words.CONFLICTS) == conflicts.CONFLICTS
    assert lookup_words.MEANT.keys() == lookup_words.CONFLICTS.keys()
    assert lookup_words.COUNTED.keys() <= lookup_words.CONFLICTS.keys()


def test_every_state_of_a_place_and_of_a_field_has_its_words() -> None:
    assert set(get_args(explained.CellState)) == lookup_words.CELLS.keys()
    assert set(get_args(FieldState)) <= lookup_words.FIELDS.keys()


def test_every_near_miss_has_its_words() -> None:
    assert set(get_args(near.Why)) == lookup_words.NEAR.keys()


def test_every_icon_of_the_matrix_is_in_its_style_sheet() -> None:
    labels = [*lookup_words.CELLS.values(), *lookup_words.SHADOWED.values(), *lookup_words.CONFLICTS.values()]
    icons = {label.icon for label in [*labels, lookup_words.SAME_ENTRY]}
    # The first of the strip needs no place of its own.
    assert icons - {"circle-check"} == set(re.findall(r"\.([a-z-]+)\{--k:", CSS))


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ({"state": "shadowed", "compared": "same"}, "Shadowed, same"),
        ({"state": "shadowed", "compared": "same", "reason": "same-entry"}, "Same entry"),
        ({"state": "shadowed"}, "Shadowed"),
        ({"state": "never", "reason": "pattern"}, "Never looked up"),
        ({}, "Not known"),
    ],
)
def test_a_cell_in_words(cell: dict[str, str], words: str) -> None:
    assert str(lookup_words.of_cell(cell).words) == words


LAYER: Final = Layer("backend", "server", "3.3", "Backend", source.CannotTell("unknown-class"))
ASKS: Final = (Ask("secrets-manager", "airflow/connections/crm"),)


@pytest.mark.parametrize(
    ("step", "kind", "words"),
    [
        (Step(LAYER, "hit", ASKS), "connection", "There is a value, and Airflow stops here."),
        (Step(LAYER, "hit", ASKS, is_certain=False), "connection", "If Airflow can use it, it stops here."),
        (Step(LAYER, "hit", ASKS, value=Sensitive("")), "variable", "An empty variable counts"),
        (Step(LAYER, "miss", ASKS, "absent"), "connection", "nothing under this name. Airflow goes on."),
        (Step(LAYER, "unknown", (), "unknown-class"), "connection", "Whether Airflow stops here is open."),
        (
            Step(LAYER, "error", ASKS, "bad-port", "ValueError"),
            "connection",
            "gets ValueError, says so at most in a log",
        ),
        (Step(LAYER, "error", ASKS, "denied", "ClientError"), "variable", "gets ClientError, logs it and goes on."),
        (
            Step(LAYER, "error", (), "missing-kwarg", "TypeError", halts=True),
            "connection",
            "the process does not start",
        ),
    ],
)
def test_what_a_place_answers_in_words(step: Step, kind: source.Kind, words: str) -> None:
    assert words in lookup_words.outcome(step, kind)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step(LAYER, "hit", ASKS), "It holds a value, which is shadowed."),
        (Step(LAYER, "miss", ASKS, "absent"), "It has nothing."),
        (Step(LAYER, "miss", ASKS, "deleted"), "The secret is deleted"),
        (Step(LAYER, "never", (), "pattern"), "The lookup pattern does not match"),
    ],
)
def test_what_was_not_asked_any_more_in_words(step: Step, words: str) -> None:
    assert words in lookup_words.unasked(step)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Resolution(LAYER, None, [Step(LAYER, "hit", ASKS)]), "1. Backend wins."),
        (Resolution(LAYER, None, [], unless=[LAYER]), "1. Backend wins, unless"),
        (Resolution(None, None, []), "No place has a value that Airflow can use."),
        (Resolution(None, None, [], unless=[LAYER]), "not every place could be read"),
        (Resolution(None, None, [], problem="api-unheard"), "The id does not reach the server"),
    ],
)
def test_who_wins_in_words(found: Resolution, words: str) -> None:
    assert words in lookup_words.verdict(found, "1. Backend")
